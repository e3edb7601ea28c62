// A window into RGB pixels that somebody else owns: a whole bitmap, or one cell of a grid. Decoders
// write straight into it, so that composing a grid copies nothing.
#pragma once

#include "imagined/store/picture.hpp"

#include <cstddef>
#include <cstdint>

namespace imagined::store {

inline constexpr std::size_t rgb_channels = 3;
inline constexpr std::size_t rgba_channels = 4;

struct pixel_area {
    std::uint8_t* first = nullptr;
    std::size_t stride = 0; // bytes from one row to the next
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    std::uint8_t* row(std::uint32_t y) const { return first + stride * y; }
};

inline bitmap make_bitmap(std::uint32_t width, std::uint32_t height, std::uint8_t fill) {
    const std::size_t bytes = std::size_t{width} * height * rgb_channels;
    return {width, height, std::vector<std::uint8_t>(bytes, fill)};
}

// The area is valid as long as `pixels` is neither destroyed nor resized.
inline pixel_area area_of(bitmap& pixels) {
    return {pixels.rgb.data(), pixels.width * rgb_channels, pixels.width, pixels.height};
}

inline pixel_area part_of(
    const pixel_area& whole, std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h
) {
    return {whole.row(y) + x * rgb_channels, whole.stride, w, h};
}

// One colour value of an alpha picture as it looks on white paper, rounded exactly.
inline std::uint8_t on_white(std::uint8_t value, std::uint8_t alpha) {
    const std::uint32_t sum = std::uint32_t{value} * alpha + 255U * (255U - alpha) + 128U;
    return static_cast<std::uint8_t>((sum + (sum >> 8)) >> 8);
}

inline void flatten_pixel(const std::uint8_t* rgba, std::uint8_t* rgb) {
    rgb[0] = on_white(rgba[0], rgba[3]);
    rgb[1] = on_white(rgba[1], rgba[3]);
    rgb[2] = on_white(rgba[2], rgba[3]);
}

inline void flatten_row(const std::uint8_t* rgba, std::uint8_t* rgb, std::uint32_t width) {
    for (std::uint32_t x = 0; x < width; ++x) {
        flatten_pixel(rgba + x * rgba_channels, rgb + x * rgb_channels);
    }
}

} // namespace imagined::store
