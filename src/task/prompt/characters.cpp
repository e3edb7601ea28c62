#include "prompt/characters.hpp"

namespace imagined::task {

namespace {

bool is_space_or_control(char32_t c) {
    return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680
           || (c >= 0x2000 && c <= 0x200b)              // spaces of all widths, the zero one too
           || c == 0x2028 || c == 0x2029 || c == 0x202f // line and paragraph, narrow
           || c == 0x205f || c == 0x2060 || c == 0x3000 // word joiner, ideographic
           || c == 0xfeff;                              // byte order mark
}

} // namespace

character character_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) {
        return {};
    }
    const auto byte = [text](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
    };
    const char32_t lead = byte(at);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) {
        return {lead, 1};
    }
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        code = (code << 6U) | (byte(at + i) & 0x3fU);
    }
    return {code, length};
}

bool is_letter(char32_t c) {
    if (c < 0x80) {
        return is_ascii_letter(c);
    }
    const bool punctuation = c < 0xc0 || (c >= 0x2000 && c <= 0x2bff)
                             || (c >= 0x2e00 && c <= 0x2e7f) || (c >= 0x3000 && c <= 0x303f)
                             || (c >= 0xfe10 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff20);
    return !punctuation;
}

std::string lower_ascii(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return result;
}

std::string with_plain_spaces(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const character c = character_at(text, i);
        if (!is_space_or_control(c.code)) {
            result += text.substr(i, c.length);
        } else if (!result.ends_with(' ')) {
            result += ' ';
        }
        i += c.length;
    }
    return result;
}

std::string_view shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) {
        return text;
    }
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) {
        --most;
    }
    return text.substr(0, most);
}

} // namespace imagined::task
