// The one task that a request names.
#pragma once

#include "imagined/queue/task_queue.hpp"

#include <string>

namespace imagined::submit {

// `not_found` for an id that is unknown, foreign or not an id at all: nobody learns which. `tasks`
// must outlive the coroutine.
awaitable<result<queue::snapshot>>
read_one(queue::task_queue& tasks, queue::scope who, std::string id);

} // namespace imagined::submit
