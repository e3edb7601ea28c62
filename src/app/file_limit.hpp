// How many files and sockets the system lets this process have.
#pragma once

#include "descriptor_plan.hpp"

namespace imagined::app {

// Raises the limit as far as may be. Returns what of `wanted` there is room for, and logs if that
// is fewer calls.
descriptor_plan share_out_files(descriptor_plan wanted);

} // namespace imagined::app
