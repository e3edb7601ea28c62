// From the raw bytes of an accepted head to our request_head, by Beast's parser.
#pragma once

#include "imagined/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagined::http {

struct parsed_head {
    request_head head;
    std::uint64_t length = 0; // Content-Length, 0 when absent
    bool chunked = false;
    bool http_1_0 = false;
    bool keep_alive = false;

    bool has_body() const { return chunked || length > 0; }
};

// `bytes` run from the request line to the blank line and have no framing flaw. nullopt when Beast
// does not accept them.
std::optional<parsed_head> parse_request_head(std::string_view bytes);

// The percent-decoded path of a request target in origin or absolute form; "" when it does not
// decode to UTF-8 without NUL.
std::string path_of(std::string_view target);

// The raw query of a request target, without '?'.
std::string_view query_of(std::string_view target);

} // namespace imagined::http
