// What the process does about memory as a whole.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/memory_reserve.hpp"

namespace imagined::app {

// Sets a reserve aside, and has large pieces given back to the system as soon as they are freed.
memory_reserve arrange_memory();

// Runs until it is stopped or has nothing to do. What finds no memory ends, and nothing else does.
void run_short_of_memory(asio::io_context& context);

} // namespace imagined::app
