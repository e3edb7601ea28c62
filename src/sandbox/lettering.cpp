#include "lettering.hpp"

#include <algorithm>
#include <string>

namespace imagined::sandbox {

namespace {

struct entry {
    char character;
    glyph rows;
};

// clang-format off
constexpr std::array alphabet{
    entry{' ', {0, 0, 0, 0, 0, 0, 0}},
    entry{'!', {4, 4, 4, 4, 4, 0, 4}},
    entry{'"', {10, 10, 10, 0, 0, 0, 0}},
    entry{'#', {10, 10, 31, 10, 31, 10, 10}},
    entry{'%', {24, 25, 2, 4, 8, 19, 3}},
    entry{'&', {12, 18, 20, 8, 21, 18, 13}},
    entry{'\'', {4, 4, 8, 0, 0, 0, 0}},
    entry{'(', {2, 4, 8, 8, 8, 4, 2}},
    entry{')', {8, 4, 2, 2, 2, 4, 8}},
    entry{'*', {0, 4, 21, 14, 21, 4, 0}},
    entry{'+', {0, 4, 4, 31, 4, 4, 0}},
    entry{',', {0, 0, 0, 0, 12, 4, 8}},
    entry{'-', {0, 0, 0, 31, 0, 0, 0}},
    entry{'.', {0, 0, 0, 0, 0, 12, 12}},
    entry{'/', {0, 1, 2, 4, 8, 16, 0}},
    entry{'0', {14, 17, 19, 21, 25, 17, 14}},
    entry{'1', {4, 12, 4, 4, 4, 4, 14}},
    entry{'2', {14, 17, 1, 2, 4, 8, 31}},
    entry{'3', {31, 2, 4, 2, 1, 17, 14}},
    entry{'4', {2, 6, 10, 18, 31, 2, 2}},
    entry{'5', {31, 16, 30, 1, 1, 17, 14}},
    entry{'6', {6, 8, 16, 30, 17, 17, 14}},
    entry{'7', {31, 1, 2, 4, 8, 8, 8}},
    entry{'8', {14, 17, 17, 14, 17, 17, 14}},
    entry{'9', {14, 17, 17, 15, 1, 2, 12}},
    entry{':', {0, 12, 12, 0, 12, 12, 0}},
    entry{';', {0, 12, 12, 0, 12, 4, 8}},
    entry{'<', {2, 4, 8, 16, 8, 4, 2}},
    entry{'=', {0, 0, 31, 0, 31, 0, 0}},
    entry{'>', {8, 4, 2, 1, 2, 4, 8}},
    entry{'?', {14, 17, 1, 2, 4, 0, 4}},
    entry{'@', {14, 17, 1, 13, 21, 21, 14}},
    entry{'A', {14, 17, 17, 31, 17, 17, 17}},
    entry{'B', {30, 17, 17, 30, 17, 17, 30}},
    entry{'C', {14, 17, 16, 16, 16, 17, 14}},
    entry{'D', {28, 18, 17, 17, 17, 18, 28}},
    entry{'E', {31, 16, 16, 30, 16, 16, 31}},
    entry{'F', {31, 16, 16, 30, 16, 16, 16}},
    entry{'G', {14, 17, 16, 23, 17, 17, 15}},
    entry{'H', {17, 17, 17, 31, 17, 17, 17}},
    entry{'I', {14, 4, 4, 4, 4, 4, 14}},
    entry{'J', {7, 2, 2, 2, 2, 18, 12}},
    entry{'K', {17, 18, 20, 24, 20, 18, 17}},
    entry{'L', {16, 16, 16, 16, 16, 16, 31}},
    entry{'M', {17, 27, 21, 21, 17, 17, 17}},
    entry{'N', {17, 25, 21, 19, 17, 17, 17}},
    entry{'O', {14, 17, 17, 17, 17, 17, 14}},
    entry{'P', {30, 17, 17, 30, 16, 16, 16}},
    entry{'Q', {14, 17, 17, 17, 21, 18, 13}},
    entry{'R', {30, 17, 17, 30, 20, 18, 17}},
    entry{'S', {15, 16, 16, 14, 1, 1, 30}},
    entry{'T', {31, 4, 4, 4, 4, 4, 4}},
    entry{'U', {17, 17, 17, 17, 17, 17, 14}},
    entry{'V', {17, 17, 17, 17, 17, 10, 4}},
    entry{'W', {17, 17, 17, 21, 21, 21, 10}},
    entry{'X', {17, 17, 10, 4, 10, 17, 17}},
    entry{'Y', {17, 17, 10, 4, 4, 4, 4}},
    entry{'Z', {31, 1, 2, 4, 8, 16, 31}},
    entry{'_', {0, 0, 0, 0, 0, 0, 31}}
};
// clang-format on

constexpr glyph box{31, 17, 17, 17, 17, 17, 31};

} // namespace

const glyph& glyph_of(char32_t character) {
    const bool small = character >= U'a' && character <= U'z';
    const char32_t wanted = small ? character - U'a' + U'A' : character;
    const auto at = std::find_if(alphabet.begin(), alphabet.end(), [&](const entry& e) {
        return static_cast<char32_t>(e.character) == wanted;
    });
    return at == alphabet.end() ? box : at->rows;
}

std::u32string characters_of(std::string_view text) {
    std::u32string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += byte < ' ' ? U' ' : static_cast<char32_t>(byte);
        } else if ((byte & 0xc0U) != 0x80U) {
            out += U'\ufffd'; // the following bytes belong to it
        }
    }
    return out;
}

} // namespace imagined::sandbox
