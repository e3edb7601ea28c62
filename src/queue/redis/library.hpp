// The functions of the queue in Redis: one library, put together once.
#pragma once

#include "functions.hpp"

namespace imagined::queue {

const function_set& functions();

} // namespace imagined::queue
