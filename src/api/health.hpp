// What tells of the process itself: health, readiness, metrics, the API's own document, and what
// its callbacks are checked with.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// health.cpp
awaitable<http::response> show_health(context& api, call from);
awaitable<http::response> show_readiness(context& api, call from);
awaitable<http::response> show_metrics(context& api, call from);
awaitable<http::response> show_openapi(context& api, call from);
awaitable<http::response> show_key_set(context& api, call from);

} // namespace imagined::api
