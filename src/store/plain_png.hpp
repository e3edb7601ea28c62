// The PNG that backends send: eight bits a sample, RGB or RGBA, not interlaced. It is unpacked all
// at once by libdeflate, which takes half of zlib's time; libspng unpacks a row at a time by zlib
// and undoes the filters byte by byte.
#pragma once

#include "pixel_area.hpp"

#include <string_view>

namespace imagined::store {

// True: `target`, which has the picture's size, holds it; every CRC was right, and the pixels'
// second checksum. False: it has another form, takes more than 64 MiB at once, or has damage. Then
// `target` holds anything, and libspng has to say what it is.
bool decode_plain_png(std::string_view bytes, const pixel_area& target);

} // namespace imagined::store
