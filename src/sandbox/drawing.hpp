// The simulated picture: a small landscape whose colours, sun and hills come from its content, with
// the prompt's first words and the picture's number written on it. Equal content, equal bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::sandbox {

struct drawing {
    std::string text; // at most max_drawn_text bytes are used
    std::int64_t seed = 0;
    int index = 0; // 0-based place in the answer
    int width = 1024;
    int height = 1024;
    std::uint64_t base = 0; // what it is painted over (painting.hpp); 0: nothing

    friend bool operator==(const drawing&, const drawing&) = default;
};

inline constexpr std::size_t max_drawn_text = 48;
inline constexpr int max_drawn_side = 8192;

// Rows of RGB without padding.
struct dots {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;
};

// Never mind `base`.
dots draw(const drawing& what);
// A complete PNG, 8-bit RGB.
std::string encode_dots(const dots& picture);
std::string draw_png(const drawing& what);

// A drawing as a URL-safe word and back, so that links need no memory behind them.
std::string to_word(const drawing& what);
std::optional<drawing> drawing_from_word(std::string_view word);

} // namespace imagined::sandbox
