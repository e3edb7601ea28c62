// The opening words of a connection through a proxy.
#pragma once

#include "wire.hpp"

#include "imagined/base/failure.hpp"
#include "imagined/http/proxy.hpp"
#include "imagined/http/url.hpp"

#include <optional>
#include <string>

namespace imagined::http {

// "the proxy http://10.0.0.1:3128: <why>".
failure proxy_failure(const proxy& via, failure why);

// 407 can only be a proxy's: it wants to know who asks, and passed nothing on.
inline constexpr int proxy_wants_credentials = 407;
failure credentials_wanted(const proxy& via);

// Asks the proxy at the other end of `over` for a tunnel to `to`. When it returns without a
// failure, what is written next goes to `to`.
awaitable<std::optional<failure>> open_tunnel(wire& over, const url& to, const proxy& via);

} // namespace imagined::http
