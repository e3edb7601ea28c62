// What each failCode says to people: the failReason of a task that ended without a more telling
// one.
#pragma once

#include "imagined/task/bilingual.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/vocabulary.hpp"

namespace imagined::task {

const bilingual& text_of(fail_code code);

// `reason`, and what the upstream last said ("camel-1: HTTP 401 bad key") unless that is "".
bilingual with_last_words(const bilingual& reason, const std::string& words);

// The reason of a task that failed: its own, or what its code says; never "".
std::string failure_text(const record& failed, language in);

} // namespace imagined::task
