#include "imagined/submit/loose_text.hpp"

#include <algorithm>
#include <array>

namespace imagined::submit {

namespace {

using namespace std::string_view_literals;

constexpr std::array spaces{
    " "sv,
    "\t"sv,
    "\r"sv,
    "\n"sv,
    "\f"sv,
    "\v"sv,
    "\xC2\x85"sv,
    "\xC2\xA0"sv,     // next line, no-break
    "\xE1\x9A\x80"sv, // Ogham
    "\xE2\x80\x80"sv,
    "\xE2\x80\x81"sv,
    "\xE2\x80\x82"sv,
    "\xE2\x80\x83"sv,
    "\xE2\x80\x84"sv,
    "\xE2\x80\x85"sv,
    "\xE2\x80\x86"sv,
    "\xE2\x80\x87"sv,
    "\xE2\x80\x88"sv,
    "\xE2\x80\x89"sv,
    "\xE2\x80\x8A"sv,
    "\xE2\x80\x8B"sv, // spaces of all widths, the zero one too
    "\xE2\x80\x8E"sv,
    "\xE2\x80\x8F"sv, // marks of direction, as copied from chats
    "\xE2\x80\xA8"sv,
    "\xE2\x80\xA9"sv,
    "\xE2\x80\xAF"sv,
    "\xE2\x81\x9F"sv,
    "\xE2\x81\xA0"sv,
    "\xE3\x80\x80"sv, // ideographic
    "\xEF\xBB\xBF"sv  // byte order mark
};

constexpr bool is_graphic(char c) {
    return c > ' ' && c < '\x7f';
}

std::string_view space_at(std::string_view text) {
    const auto* found = std::find_if(spaces.begin(), spaces.end(), [text](std::string_view one) {
        return text.starts_with(one);
    });
    return found == spaces.end() ? ""sv : *found;
}

std::string_view space_before_end(std::string_view text) {
    const auto* found = std::find_if(spaces.begin(), spaces.end(), [text](std::string_view one) {
        return text.ends_with(one);
    });
    return found == spaces.end() ? ""sv : *found;
}

// U+FF01 to U+FF5E stand for '!' to '~'; '\0' for anything else.
char full_width_at(std::string_view text) {
    if (text.size() < 3 || text[0] != '\xEF' || (text[1] != '\xBC' && text[1] != '\xBD')) {
        return '\0';
    }
    const int high = text[1] == '\xBC' ? 0 : 0x40;
    const int code = high + (static_cast<unsigned char>(text[2]) & 0x3F) + 0x20;
    return code > ' ' && code < 0x7f ? static_cast<char>(code) : '\0';
}

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && !is_graphic(text.front())) {
        const auto space = space_at(text);
        if (space.empty()) {
            break;
        }
        text.remove_prefix(space.size());
    }
    while (!text.empty() && !is_graphic(text.back())) {
        const auto space = space_before_end(text);
        if (space.empty()) {
            break;
        }
        text.remove_suffix(space.size());
    }
    return text;
}

std::string plain_forms(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        if (is_graphic(text.front())) {
            plain += text.front();
            text.remove_prefix(1);
        } else if (const char narrow = full_width_at(text); narrow != '\0') {
            plain += narrow;
            text.remove_prefix(3);
        } else if (const auto space = space_at(text); !space.empty()) {
            plain += ' ';
            text.remove_prefix(space.size());
        } else {
            plain += text.front();
            text.remove_prefix(1);
        }
    }
    return plain;
}

std::string id_in(std::string_view text) {
    return plain_forms(trimmed(text));
}

} // namespace imagined::submit
