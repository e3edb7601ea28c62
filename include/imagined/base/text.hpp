// Small things that are done to plain text, once each: cutting, splitting, hex digits, JSON's
// escapes. What bytes mean (base64, digests, UTF-8) is bytes.hpp's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined {

// Without any of `blanks` at both ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t");

// The pieces between separators, empty ones too: at least one. Of more than `most` the last piece
// holds all that is left, separators and all.
std::vector<std::string_view>
split(std::string_view text, char separator, std::size_t most = std::string_view::npos);

// Only digits, and at least one.
bool is_decimal(std::string_view text);
bool is_hex(std::string_view text);

// The value of a hex digit of either case, or -1.
constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The bytes that to_hex() wrote; nullopt when it is no even number of hex digits.
std::optional<std::string> from_hex(std::string_view text);

// `point` as it is escaped within a JSON string: "\n", "\u0007", "\ud83d\ude00".
void append_json_escape(std::string& out, char32_t point);

} // namespace imagined
