// multipart/form-data (RFC 7578), written and read as plain functions.
#pragma once

#include "imagined/base/failure.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::http {

struct part {
    std::string name;
    std::string filename;     // empty: a plain field
    std::string content_type; // empty: none is written
    std::string body;
};

struct multipart {
    std::string content_type; // with its boundary, which occurs in no part
    std::string body;
};

multipart write_multipart(const std::vector<part>& parts);

// Reads a body by its Content-Type header. Fails with `invalid`: no boundary, a part without a
// name, a truncated body, more than `max_parts`.
result<std::vector<part>>
read_multipart(std::string_view content_type, std::string_view body, std::size_t max_parts = 64);

// The value of parameter `name` in a header like "text/plain; charset=\"utf-8\"", or nullopt.
std::optional<std::string> parameter(std::string_view header, std::string_view name);

} // namespace imagined::http
