// One strict URL reader for everything that we connect to: callbacks, pictures, backends. Built on
// Boost.URL; refuses what a lenient parser would guess about.
#pragma once

#include "imagined/base/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace imagined::http {

struct url {
    bool tls = false;
    std::string host; // lower case, no brackets, no trailing dot: "example.com", "::1"
    std::uint16_t port = 80;
    std::string target; // path and query as sent on the request line, at least "/"

    // "https://example.com:8443/a?b"; the default port is left out.
    std::string text() const;
    // For the Host header and pool keys: "example.com", "example.com:8443", "[::1]:80".
    std::string authority() const;

    friend bool operator==(const url&, const url&) = default;
};

// Absolute http or https only. Fails with `invalid` and a reason a person can act on for: userinfo,
// control characters or spaces, an empty host, octal/hex/short IPv4 spellings ("0x7f.1"), a
// numeric-only host, a bad port, more than 4096 bytes. A fragment is dropped.
result<url> parse_url(std::string_view text);

} // namespace imagined::http
