// Requests that are answered when their drawing is there: Ideogram's and OpenAI's.
#pragma once

#include "context/context.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

// Of the answer: which task it is about.
inline constexpr std::string_view task_id_header = "Imagined-Task-Id";

// The task once it has ended; nullopt when the process drains before it has begun. Bounded by the
// task's own life: the queue ends each task that nobody could start in its time. Fails as
// completion_waiter does.
awaitable<result<std::optional<queue::snapshot>>> wait_for_end(context& api, std::string id);

} // namespace imagined::api
