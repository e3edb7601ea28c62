// Pictures for the tests: made here, by the codec libraries themselves, in every form that the
// store must understand but never writes.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::test {

using colour = std::uint32_t; // 0xRRGGBB

store::bitmap flat(std::uint32_t width, std::uint32_t height, colour value);

// Gradients with noise: no two rows are alike, and nothing compresses to nothing.
store::bitmap busy(std::uint32_t width, std::uint32_t height, unsigned seed = 1);

colour pixel_at(const store::bitmap& pixels, std::uint32_t x, std::uint32_t y);

// The largest difference of any colour value; 256 when the sizes differ.
int distance(const store::bitmap& a, const store::bitmap& b);

struct png_form {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint8_t depth = 8;
    std::uint8_t colour_type = 2;
    bool interlaced = false;
    std::vector<std::uint32_t> palette = {}; // 0xAARRGGBB
    int transparent_grey = -1;               // tRNS of a grey picture
};

// `samples` are rows in PNG's own layout; 16-bit samples in host order.
std::string png_of(const png_form& form, const std::vector<std::uint8_t>& samples);

struct jpeg_form {
    bool progressive = false;
    bool grey = false;        // takes the red values only
    bool full_chroma = false; // 4:4:4
    int quality = 95;
};

std::string jpeg_of(const store::bitmap& pixels, const jpeg_form& form);

// Ink values as Adobe stores them: 255 is no ink. Four a pixel.
std::string cmyk_jpeg_of(
    std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& inks, bool ycck
);

std::string
lossless_webp_of(std::uint32_t width, std::uint32_t height, const std::vector<std::uint8_t>& rgba);

// `jpeg` with application segments of `bytes` bytes before everything else.
std::string with_segments(std::string_view jpeg, std::size_t bytes);

// A picture that is also what its task shows.
result<store::stored_picture>
put_shown(store::image_store& in, std::string_view id, int n, std::string_view bytes);

// A PNG that is nothing but a header.
std::string png_header(std::uint32_t width, std::uint32_t height);

} // namespace imagined::test

// What a failed assertion shows of a result.
template <class T>
struct doctest::StringMaker<imagined::result<T>> {
    static String convert(const imagined::result<T>& value) {
        if (value) {
            return "a value";
        }
        const auto& error = value.error();
        return (std::string(to_string(error.kind)) + ": " + error.detail).c_str();
    }
};
