// "host:port" of a listen setting, understood as far as the rules about exposure need it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::config {

struct listen {
    std::string host; // "127.0.0.1", "::1", "0.0.0.0"
    std::uint16_t port = 0;
    bool wildcard = false;
    bool loopback = false;

    // What can be bound: "[::1]:8080".
    std::string text() const;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "*:8080", ":8080". Empty for anything else:
// another name may resolve to anything, so whether it is loopback could not be told.
std::optional<listen> parse_listen(std::string_view text);

} // namespace imagined::config
