// The handler of the Model Context Protocol.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// server.cpp
awaitable<http::response> serve_mcp(context& api, call from);

} // namespace imagined::api
