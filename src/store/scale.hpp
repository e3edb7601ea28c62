// Resampling, because no codec library brings it: every shrunk pixel is the exact average of the
// area it covers (box filter), every enlarged one is interpolated between its neighbours
// (bilinear). Both per axis, so a picture may shrink in one direction and grow in the other.
#pragma once

#include "pixel_area.hpp"

namespace imagined::store {

// Fills `target` with `source`. The areas must not overlap; neither may be empty.
void scale(const pixel_area& source, const pixel_area& target);

// The size of `width` x `height` when its longer side is `max_side`, proportions kept.
struct picture_size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

picture_size fitted(std::uint32_t width, std::uint32_t height, std::uint32_t max_side);

} // namespace imagined::store
