// How far two words are from each other, for "did you mean".
#pragma once

#include <cstddef>
#include <string_view>

namespace imagined {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

} // namespace imagined
