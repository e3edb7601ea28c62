// The few questions the prompt grammar asks about characters. All texts here are valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace imagined::task {

struct character {
    char32_t code = 0;
    std::size_t length = 0; // in bytes; 0 at the end of the text
};

character character_at(std::string_view text, std::size_t at);

constexpr bool is_ascii_letter(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

constexpr bool is_ascii_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

constexpr bool is_ascii_alnum(char32_t c) {
    return is_ascii_letter(c) || is_ascii_digit(c);
}

// A letter of any script, as far as a name needs it: ASCII letters, and everything beyond ASCII
// that is not one of the blocks of punctuation.
bool is_letter(char32_t c);

std::string lower_ascii(std::string_view text);

// Every control character and every kind of white space (also zero-width ones) becomes ' ', and
// runs of them one.
std::string with_plain_spaces(std::string_view text);

// The first `most` bytes, cut between two characters.
std::string_view shortened(std::string_view text, std::size_t most);

} // namespace imagined::task
