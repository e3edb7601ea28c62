// The one task that a request names.
#pragma once

#include "imagined/queue/reading.hpp"

#include <string>

namespace imagined::submit {

// `not_found` for an id that is unknown, foreign or not an id at all: nobody learns which. `tasks`
// must outlive the coroutine.
awaitable<result<queue::snapshot>>
read_one(queue::reading& tasks, queue::scope who, std::string id);

} // namespace imagined::submit
