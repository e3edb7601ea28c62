// Histories of before 2026-12-01 hold sentences instead of kinds. This, and happening::sentence
// with it, may go once no such task is kept: `task_ttl` (7 days, unless configured longer) after
// the last process of that age.
#pragma once

#include "imagined/task/event.hpp"

#include <string_view>

namespace imagined::task {

// `other` where the sentence is none of those that were told outside.
event_kind kind_of_old_sentence(std::string_view sentence);

} // namespace imagined::task
