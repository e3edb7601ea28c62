// The handlers of the operator's own paths, by the file that each is in.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// callers.cpp
awaitable<http::response> show_callers(context& api, call from);
awaitable<http::response> redeliver_callback(context& api, call from);

// channels.cpp
awaitable<http::response> show_channels(context& api, call from);
awaitable<http::response> switch_channel(context& api, call from);
awaitable<http::response> reset_channel(context& api, call from);

// reload.cpp
awaitable<http::response> reload_configuration(context& api, call from);

// switches.cpp
awaitable<http::response> show_queue_switches(context& api, call from);
awaitable<http::response> switch_queue(context& api, call from);
awaitable<http::response> show_activity(context& api, call from);

} // namespace imagined::api
