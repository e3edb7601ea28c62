// By which proxies this process goes out.
#pragma once

#include "imagined/config/settings.hpp"

namespace imagined::app {

// Logs those that are used, and for what.
void tell_ways_out(const config::settings& settings);

} // namespace imagined::app
