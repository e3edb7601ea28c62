// The PNG that backends send, read in one pass: eight bits a sample, RGB or RGBA, not interlaced.
// libspng unpacks a row at a time and undoes the filters byte by byte; together that was a third
// of what a grid costs.
#pragma once

#include "pixel_area.hpp"

#include <string_view>

namespace imagined::store {

// True: `target`, which has the picture's size, holds it; every CRC was right. False: it has
// another form, or damage. Then `target` holds anything, and libspng has to say what it is.
bool decode_plain_png(std::string_view bytes, const pixel_area& target);

} // namespace imagined::store
