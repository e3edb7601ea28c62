// The grid that almost every imagine ends with: four plain PNGs of one size, as a JPEG.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::store {

// The same bytes as all four drawn and then encoded, in one pass: a row of each picture is unpacked
// and undone, and the upper two go straight to the encoder. nullopt: the pictures are others, or
// damaged; whoever draws them one by one will say how.
std::optional<std::string>
plain_grid(const std::vector<std::string_view>& pictures, int jpeg_quality);

} // namespace imagined::store
