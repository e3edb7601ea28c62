// One URL reader for everything that we connect to: callbacks, pictures, backends. Built on
// Boost.URL; encodes what browsers encode, and refuses what a lenient parser would guess about.
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

// Absolute http or https only; percent-encodes what needs it, and takes a host by IDNA. Fails with
// `invalid` and a reason for: userinfo, control characters, an empty host or one with spaces, a bad
// port, short, octal or hex IPv4 ("0x7f.1"), other numbers, over 4096 bytes. Drops a fragment.
result<url> parse_url(std::string_view text);

} // namespace imagined::http
