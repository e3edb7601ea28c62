// The download of one picture from an address that somebody else named, with every hop judged
// again: result pictures of a backend, and input pictures of a submit.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/client.hpp"

#include <string>
#include <string_view>

namespace imagined::backend {

inline constexpr int max_redirects = 3;

// When the link of a result picture is dead: as it says itself, else a day after its call.
unix_millis link_death(std::string_view url, unix_millis called);

struct fetch_order {
    std::string from;
    std::size_t max_bytes = 0;
    milliseconds limit{0};                      // all hops together
    const http::egress_policy* rules = nullptr; // must outlive the call
};

// `via` must outlive the call. Fails with `rejected` for a forbidden address, `unavailable` where a
// repetition may help, `corrupt` for a link that is gone (403, 404, 410) or is no picture. The
// detail never quotes what was answered.
awaitable<result<std::string>> fetch(http::client& via, fetch_order order);

// The target of a Location field seen at `at`. Fails with `invalid` as parse_url does.
result<http::url> redirected(const http::url& at, std::string_view location);

} // namespace imagined::backend
