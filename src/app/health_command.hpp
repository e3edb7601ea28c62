// `imagined health`: asks a server how it is, as a container's or a supervisor's check.
#pragma once

#include <string>

namespace imagined::app {

// Asks <base>/healthz, or with `ready` <base>/readyz; a base that ends in either is asked as it is.
// Prints what is said. Returns the exit code: ok only for 200, `usage` if `base` is no URL.
int ask_health(const std::string& base, bool ready);

} // namespace imagined::app
