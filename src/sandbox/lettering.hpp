// Letters five dots wide and seven high, for writing on simulated pictures.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace imagined::sandbox {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 7;

// Rows from the top, the leftmost dot in bit 4. Small letters are drawn as capitals; whatever is
// not in the table is a box.
using glyph = std::array<std::uint8_t, glyph_height>;

const glyph& glyph_of(char32_t character);

// The characters of UTF-8 text; a broken byte counts as one box.
std::u32string characters_of(std::string_view text);

} // namespace imagined::sandbox
