// Midjourney's name of a finished job: the 36 characters inside every customId. Ours is made from
// the task's id, so that the task can be found by it without an index, also after a restart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined::task {

// A UUID of version 8 (of one's own making). `task_id` is 16 digits.
std::string job_id_of(std::string_view task_id);

// The id of the task whose job id stands somewhere in `text`, such as a customId or an address;
// nullopt when none does.
std::optional<std::string> task_of_job(std::string_view text);

// True if anything in `text` has a UUID's form, ours or not.
bool holds_uuid(std::string_view text);

} // namespace imagined::task
