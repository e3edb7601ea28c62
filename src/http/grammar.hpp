// The small pieces of HTTP's and URL's grammar that several files of this module need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

// RFC 9110 §5.6.2: method and field names.
bool is_token(std::string_view text);

// May stand in a field value: no control character but a tab.
bool is_field_value(std::string_view text);

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string to_lower(std::string_view text);

// Decodes %XX; nullopt when a '%' is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

// True if the comma-separated `list` names `token`, without regard to case.
bool list_has(std::string_view list, std::string_view token);

// A decimal number of 1 to 18 digits and nothing else.
std::optional<unsigned long long> parse_decimal(std::string_view text);

} // namespace imagined::http
