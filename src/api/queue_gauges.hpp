// The queue's figures as gauges, taken when somebody scrapes: they are the same in every process.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// Leaves the gauges as they were when the queue cannot be asked.
awaitable<> measure_queue(context& api);

} // namespace imagined::api
