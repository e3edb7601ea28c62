// What each failCode says to people: the failReason of a task that ended without a more telling
// one.
#pragma once

#include "imagined/task/bilingual.hpp"
#include "imagined/task/vocabulary.hpp"

namespace imagined::task {

const bilingual& text_of(fail_code code);

} // namespace imagined::task
