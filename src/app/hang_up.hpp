// What SIGHUP means to this process.
#pragma once

namespace imagined::app {

// True where there is a terminal that can be closed: then it is a wish to end, and to end well.
// False for a service, and for whoever was started to outlive its terminal (nohup): there it asks
// to read the configuration again. The signal ends nothing by itself from here on.
bool ends_by_hang_up();

} // namespace imagined::app
