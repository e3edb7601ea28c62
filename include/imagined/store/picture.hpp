// What a picture is, told by its bytes: PNG, JPEG or WebP and nothing else. Names, suffixes and
// Content-Types are never believed.
#pragma once

#include "imagined/base/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::store {

enum class picture_format { png, jpeg, webp };

std::string_view media_type(picture_format format); // "image/png"
std::string_view extension(picture_format format);  // "png"

struct picture_info {
    picture_format format = picture_format::png;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

// The most that will be decoded; larger pictures are stored, but refused for drawing.
inline constexpr std::uint64_t max_pixels = 64ULL * 1024 * 1024;

// Reads format and size from the header alone, without decoding. Empty for anything that is not a
// complete PNG, JPEG or WebP header.
std::optional<picture_info> sniff(std::string_view bytes);

// Pixels, 8 bits each: RGB without alpha (alpha is flattened on white), rows without padding.
struct bitmap {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgb;
};

// Decodes completely. `invalid` for an unknown format or more than max_pixels, `corrupt` for
// truncated or damaged data. CPU work: call it on an offload_pool.
result<bitmap> decode(std::string_view bytes);

inline constexpr int default_quality = 90;

// quality is 1..100 and means nothing to PNG, which is lossless.
result<std::string>
encode(const bitmap& pixels, picture_format format, int quality = default_quality);

// The picture in another format, byte for byte as it is when it has that one already. Alpha stays
// where the format has it, and is flattened on white in a JPEG. Fails as decode() and encode() do.
// CPU work: call it on an offload_pool.
result<std::string> convert(std::string bytes, picture_format to, int quality = 90);

// A picture that fits into `max_side` x `max_side`, as JPEG; smaller ones are only re-encoded.
// Box-filtered, so that thumbnails do not shimmer.
result<std::string> make_thumbnail(std::string_view bytes, std::uint32_t max_side);

// The 2x2 grid of one to four pictures, in reading order. All cells have the size of the first
// picture (others are scaled to it); a missing cell is white. One picture: itself, re-encoded.
// Decodes and composes row-wise, so that no more than one whole source picture and the grid are in
// memory. Fails as decode does, naming the picture's position.
result<std::string>
compose_grid(const std::vector<std::string_view>& pictures, picture_format format);

} // namespace imagined::store
