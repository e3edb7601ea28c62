// The download of one result picture, with every hop judged again.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/client.hpp"

#include <string>
#include <string_view>

namespace imagined::backend {

inline constexpr int max_redirects = 3;

struct fetch_order {
    std::string from;
    std::size_t max_bytes = 0;
    milliseconds limit{0};                      // all hops together
    const http::egress_policy* rules = nullptr; // must outlive the call
};

// `via` must outlive the call. Fails as backend::fetch_picture says.
awaitable<result<std::string>> fetch(http::client& via, fetch_order order);

// The target of a Location field seen at `at`. Fails with `invalid` as parse_url does.
result<http::url> redirected(const http::url& at, std::string_view location);

} // namespace imagined::backend
