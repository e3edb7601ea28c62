// A failed task once more, from what was paid for it: an operator's verb, apart from those that a
// running service needs.
#pragma once

#include "imagined/queue/task_queue.hpp"

#include <string>
#include <vector>

namespace imagined::queue {

// A new task that asks for the same as the ended `of`, and begins with answers that were paid for
// that one: of its calls with these indices. With `complete` nothing is left to be asked for. Of
// `again` lane, task_timeout, queue_limit and event count; the rest is as it was. `not_found` if
// there is no such task, `conflict` if it has not ended or has no such answer. Not safe to repeat.
// `on` must outlive the call.
awaitable<result<submitted>> resubmit(
    redis::client& on,
    queue_options options,
    std::string of,
    new_task again,
    std::vector<int> calls,
    bool complete
);

} // namespace imagined::queue
