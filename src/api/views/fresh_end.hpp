// A task that ended in its own submit, as /mj/task/{id}/fetch shows it for a moment.
//
// chatgpt-web-midjourney-proxy, the most used client, asks for a task as soon as its submit has
// answered, and draws what it was told when the *next* answer differs. A task whose first answer is
// an end stays at "submitted" on its screen for ever. So U1 to U4 and shorten, which end at once,
// are shown as nearly done until its second question (contract §3).
#pragma once

#include "imagined/queue/reading.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace imagined::api {

// Since the submit. The client asks again after 2 s at the earliest.
inline constexpr std::chrono::milliseconds fresh_end_hidden_for{2200};

// The view to show instead of the end, or nullopt where the end is to be told. Tasks with a hook
// tell at once: their client is called. `now` is compared with the task's own times.
std::optional<std::string> view_before_end(const queue::snapshot& found, unix_millis now);

} // namespace imagined::api
