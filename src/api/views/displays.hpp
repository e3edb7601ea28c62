// What the trueai web UI shows of a task beside its fields.
#pragma once

#include "imagined/task/bilingual.hpp"

#include <string>

namespace imagined::api {

// The task JSON with `displays` (status in words, local times) and `useTime` in it; a text that is
// no object stays as it is.
std::string with_displays(const std::string& text, task::language in);

} // namespace imagined::api
