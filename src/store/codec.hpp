// The three codec libraries behind one shape. Decoders fill an area that has exactly the size which
// sniff() read from the header; they check it again, because a codec may read the header otherwise
// than we did. Failures are `corrupt` for damage and `invalid` for what we do not draw; running out
// of memory throws std::bad_alloc.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/store/picture.hpp"
#include "pixel_area.hpp"
#include "scale.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::store {

result<void> decode_png(std::string_view bytes, const pixel_area& target);
result<void> decode_jpeg(std::string_view bytes, const pixel_area& target);
result<void> decode_webp(std::string_view bytes, const pixel_area& target);

// Reads every row of a PNG and keeps none of them.
result<void> check_png_rows(std::string_view bytes, const picture_info& info);

// A JPEG decoded at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size that is still at least
// `wanted`: a thumbnail of a large picture then costs a fraction of a full decode.
result<bitmap>
decode_jpeg_reduced(std::string_view bytes, const picture_info& info, const picture_size& wanted);

// All four channels of the whole picture, rows without padding; a JPEG is opaque.
result<std::vector<std::uint8_t>> decode_rgba(std::string_view bytes, const picture_info& info);
result<void>
decode_png_rgba(std::string_view bytes, const picture_info& info, std::vector<std::uint8_t>& into);
result<void>
decode_webp_rgba(std::string_view bytes, const picture_info& info, std::vector<std::uint8_t>& into);

// `pixels` is not empty and complete (encode() has checked it).
result<std::string> encode_png(const bitmap& pixels);
result<std::string>
encode_png_rgba(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba);
result<std::string> encode_jpeg(const bitmap& pixels, int quality);
// Row by row from the top, RGB; a row is read before the next one is asked for. nullptr: there is
// none, and no picture (`corrupt`).
using row_source = std::function<const std::uint8_t*(std::uint32_t y)>;
result<std::string>
encode_jpeg_rows(std::uint32_t width, std::uint32_t height, int quality, const row_source& rows);
result<std::string> encode_webp(const bitmap& pixels, int quality);
result<std::string> encode_webp_rgba(
    std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba, int quality
);

// sniff(), refused as `invalid` when it is no picture or larger than max_pixels. Nothing of a
// picture's size is allocated before this has said yes.
result<picture_info> drawable_header(std::string_view bytes);

// Decodes `bytes`, whose header is `info`, into an area of that size.
result<void>
decode_into(std::string_view bytes, const picture_info& info, const pixel_area& target);

} // namespace imagined::store
