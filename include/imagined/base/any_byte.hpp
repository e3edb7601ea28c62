// A question asked of every byte of a text, many bytes at a time.
#pragma once

#include <string_view>

namespace imagined {

// Whether `odd(unsigned char)` holds for any byte. There is no early way out, so that the compiler
// looks at sixteen bytes or more at once: `odd` joins its comparisons by | and &, not || and &&.
template <class Odd>
constexpr bool any_byte(std::string_view text, Odd odd) {
    unsigned char any = 0;
    for (const char c : text) {
        any |= static_cast<unsigned char>(odd(static_cast<unsigned char>(c)));
    }
    return any != 0;
}

} // namespace imagined
