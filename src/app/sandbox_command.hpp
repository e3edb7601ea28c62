// `imagined sandbox`: the simulated Ideogram as a program of its own.
#pragma once

#include "imagined/sandbox/sandbox.hpp"

namespace imagined::app {

// Serves until SIGINT or SIGTERM. Returns the exit code.
int run_sandbox(sandbox::sandbox_options options);

} // namespace imagined::app
