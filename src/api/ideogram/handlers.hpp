// The handlers of Ideogram's own requests, by the file that each is in.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// asynchronous.cpp
awaitable<http::response> submit_native(context& api, call from);
awaitable<http::response> fetch_native(context& api, call from);

// synchronous.cpp
awaitable<http::response> draw_now(context& api, call from);

} // namespace imagined::api
