// How many files and sockets the system lets this process have.
#pragma once

#include "imagined/config/settings.hpp"

namespace imagined::app {

// Raises the limit as far as may be, and where it is too low for the configuration, lowers that.
void share_out_files(config::settings& settings);

} // namespace imagined::app
