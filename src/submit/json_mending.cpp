#include "imagined/submit/json_mending.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace imagined::submit {

namespace {

constexpr std::size_t escape_bytes = 6; // \ud83d
constexpr std::string_view state_key = "\"state\"";
constexpr std::string_view blanks = " \t\r\n";

// The code unit of a \u escape that begins at `at`.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
    if (at + escape_bytes > text.size() || text[at] != '\\' || text[at + 1] != 'u') {
        return std::nullopt;
    }
    unsigned unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9') {
            unit = unit * 16 + static_cast<unsigned>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + static_cast<unsigned>(lower - 'a' + 10);
        } else {
            return std::nullopt;
        }
    }
    return unit;
}

bool is_high(unsigned unit) {
    return unit >= 0xd800 && unit < 0xdc00;
}

bool is_low(unsigned unit) {
    return unit >= 0xdc00 && unit < 0xe000;
}

// Where the next escape of a lone surrogate begins, from `at` on.
std::size_t next_lone(std::string_view text, std::size_t at) {
    at = text.find('\\', at);
    while (at != std::string_view::npos) {
        const auto unit = escaped_unit(text, at);
        if (!unit) {
            at = text.find('\\', at + 2); // an escaped backslash starts no other escape
            continue;
        }
        const auto next = is_high(*unit) ? escaped_unit(text, at + escape_bytes) : std::nullopt;
        if (next && is_low(*next)) {
            at = text.find('\\', at + 2 * escape_bytes);
            continue;
        }
        if (is_high(*unit) || is_low(*unit)) {
            return at;
        }
        at = text.find('\\', at + escape_bytes);
    }
    return at;
}

// What follows a key as its value, when that is a number or a boolean: where, and how long.
std::pair<std::size_t, std::size_t> scalar_after(std::string_view text, std::size_t key_end) {
    const auto colon = std::min(text.find_first_not_of(blanks, key_end), text.size());
    if (text.substr(colon, 1) != ":") {
        return {0, 0};
    }
    const auto begin = std::min(text.find_first_not_of(blanks, colon + 1), text.size());
    if (text.substr(begin, 1).find_first_of("-0123456789tf") != 0) {
        return {0, 0};
    }
    const auto end = std::min(text.find_first_of(",:\"[]{} \t\r\n", begin), text.size());
    const bool whole = nlohmann::json::accept(text.substr(begin, end - begin));
    return whole ? std::pair(begin, end - begin) : std::pair<std::size_t, std::size_t>(0, 0);
}

// Whether any `state`, wherever it stands, has such a value: nearly never.
bool may_hold_scalar_state(std::string_view text) {
    for (auto at = text.find(state_key); at != text.npos; at = text.find(state_key, at + 1)) {
        if (scalar_after(text, at + state_key.size()).second > 0) {
            return true;
        }
    }
    return false;
}

// Puts quotes around the values of the outermost `state`.
std::string with_quoted_state(std::string_view text) {
    std::string quoted;
    std::size_t copied = 0;
    int depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (c != '"') {
            continue;
        }
        const std::size_t begin = at;
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            at += text[at] == '\\' ? 1 : 0;
        }
        if (depth != 1 || text.substr(begin, at + 1 - begin) != state_key) {
            continue;
        }
        const auto [value, length] = scalar_after(text, at + 1);
        if (length > 0) {
            quoted.append(text.substr(copied, value - copied)).append("\"");
            quoted.append(text.substr(value, length)).append("\"");
            copied = value + length;
            at = copied - 1;
        }
    }
    return quoted.append(text.substr(copied));
}

} // namespace

std::optional<mended_json> mend_json(std::string_view text) {
    constexpr std::string_view replacement = "\\ufffd";
    std::optional<mended_json> mended;
    for (auto at = next_lone(text, 0); at != text.npos; at = next_lone(text, at + escape_bytes)) {
        if (!mended) {
            mended = mended_json{std::string(text), true};
        }
        mended->text.replace(at, escape_bytes, replacement);
    }
    const std::string_view so_far = mended ? mended->text : text;
    if (may_hold_scalar_state(so_far)) {
        std::string quoted = with_quoted_state(so_far);
        const bool lone = mended.has_value();
        mended = mended_json{std::move(quoted), lone};
    }
    return mended;
}

} // namespace imagined::submit
