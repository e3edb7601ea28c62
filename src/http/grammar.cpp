#include "grammar.hpp"

#include "imagined/base/text.hpp"
#include "imagined/http/message.hpp"

#include <algorithm>
#include <array>

namespace imagined::http {

namespace {

constexpr bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Every byte of every head is judged, so each kind is a look at a table.
constexpr auto token_bytes = [] {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        const auto c = static_cast<char>(byte);
        table[byte] = is_alnum(c) || others.find(c) != std::string_view::npos;
    }
    return table;
}();

constexpr bool is_token_char(char c) {
    return token_bytes[static_cast<unsigned char>(c)];
}

} // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) {
    // Without an early way out: so the compiler looks at many bytes at a time.
    bool clean = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        clean &= (byte >= 0x20 || c == '\t') && byte != 0x7f;
    }
    return clean;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (auto& c : lower) {
        c = to_lower(c);
    }
    return lower;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) {
            return std::nullopt;
        }
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

bool list_has(std::string_view list, std::string_view token) {
    const auto entries = split(list, ',');
    return std::any_of(entries.begin(), entries.end(), [token](std::string_view entry) {
        return iequals(trim(entry), token);
    });
}

std::optional<unsigned long long> parse_decimal(std::string_view text) {
    if (text.empty() || text.size() > 18) {
        return std::nullopt;
    }
    unsigned long long value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<unsigned long long>(c - '0');
    }
    return value;
}

} // namespace imagined::http
