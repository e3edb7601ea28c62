#include "imagined/store/mask.hpp"

#include "codec.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

constexpr std::uint8_t threshold = 128;
constexpr std::uint8_t edited = 0;
constexpr std::uint8_t kept = 255;

struct rgba_picture {
    picture_info info;
    std::vector<std::uint8_t> pixels;
};

std::optional<rgba_picture> read_mask(std::string_view bytes) {
    const auto info = drawable_header(bytes);
    if (!info || std::uint64_t{info->width} * info->height > max_mask_pixels) {
        return std::nullopt;
    }
    auto pixels = decode_rgba(bytes, *info);
    if (!pixels) {
        return std::nullopt;
    }
    return rgba_picture{*info, std::move(*pixels)};
}

// Luminance by the weights of Rec. 601, exact for grey.
std::uint8_t luminance_of(const std::uint8_t* rgb) {
    const std::uint32_t sum = 299U * rgb[0] + 587U * rgb[1] + 114U * rgb[2];
    return static_cast<std::uint8_t>((sum + 500) / 1000);
}

// All that can be seen has one colour, and not everything can be seen: an editor that painted on
// nothing. What colour the unseen pixels state differs from encoder to encoder.
bool speaks_by_alpha(const std::vector<std::uint8_t>& pixels) {
    const std::uint8_t* seen = nullptr;
    bool alpha_differs = false;
    for (std::size_t i = 0; i < pixels.size(); i += rgba_channels) {
        const std::uint8_t* pixel = pixels.data() + i;
        alpha_differs = alpha_differs || pixel[3] != pixels[3];
        if (pixel[3] == 0) {
            continue;
        }
        if (seen != nullptr && std::memcmp(pixel, seen, rgb_channels) != 0) {
            return false;
        }
        seen = pixel;
    }
    return alpha_differs;
}

// One value a pixel: edit or keep.
std::vector<std::uint8_t> marks_of(const rgba_picture& mask) {
    const bool by_alpha = speaks_by_alpha(mask.pixels);
    std::vector<std::uint8_t> marks;
    marks.reserve(mask.pixels.size() / rgba_channels);
    for (std::size_t i = 0; i < mask.pixels.size(); i += rgba_channels) {
        const std::uint8_t* pixel = mask.pixels.data() + i;
        const std::uint32_t alpha = pixel[3];
        const std::uint32_t value = by_alpha ? alpha : luminance_of(pixel) * alpha / 255U;
        marks.push_back(value >= threshold ? edited : kept);
    }
    return marks;
}

std::vector<std::uint8_t> holes_of(const rgba_picture& mask) {
    std::vector<std::uint8_t> marks;
    marks.reserve(mask.pixels.size() / rgba_channels);
    for (std::size_t i = 3; i < mask.pixels.size(); i += rgba_channels) {
        marks.push_back(mask.pixels[i] < threshold ? edited : kept);
    }
    return marks;
}

// The source position whose middle is nearest to the middle of target position `i`.
std::uint32_t nearest(std::uint32_t i, std::uint32_t from, std::uint32_t to) {
    return static_cast<std::uint32_t>((std::uint64_t{i} * 2 + 1) * from / (std::uint64_t{to} * 2));
}

bitmap scaled(const std::vector<std::uint8_t>& marks, const picture_info& of, bitmap target) {
    std::vector<std::uint32_t> columns(target.width);
    for (std::uint32_t x = 0; x < target.width; ++x) {
        columns[x] = nearest(x, of.width, target.width);
    }
    for (std::uint32_t y = 0; y < target.height; ++y) {
        const std::size_t row = std::size_t{nearest(y, of.height, target.height)} * of.width;
        std::uint8_t* out = area_of(target).row(y);
        for (const std::uint32_t column : columns) {
            out = std::fill_n(out, rgb_channels, marks[row + column]);
        }
    }
    return target;
}

// `read_marks` tells what is marked, one value a pixel.
drawn_mask draw_mask(
    std::string_view mask,
    std::uint32_t width,
    std::uint32_t height,
    std::vector<std::uint8_t> (*read_marks)(const rgba_picture&)
) {
    using verdict = drawn_mask::verdict;
    const auto read = read_mask(mask);
    if (!read || width == 0 || height == 0) {
        return {verdict::unreadable, ""};
    }
    const bitmap made = scaled(read_marks(*read), read->info, make_bitmap(width, height, kept));
    if (std::find(made.rgb.begin(), made.rgb.end(), edited) == made.rgb.end()) {
        return {verdict::keeps_all, ""};
    }
    if (std::find(made.rgb.begin(), made.rgb.end(), kept) == made.rgb.end()) {
        return {verdict::repaints_all, ""};
    }
    auto png = encode_png(made);
    return png ? drawn_mask{verdict::usable, std::move(*png)} : drawn_mask{verdict::unreadable, ""};
}

} // namespace

drawn_mask to_ideogram_mask(std::string_view mask, std::uint32_t width, std::uint32_t height) {
    return draw_mask(mask, width, height, marks_of);
}

drawn_mask
transparent_to_ideogram_mask(std::string_view mask, std::uint32_t width, std::uint32_t height) {
    return draw_mask(mask, width, height, holes_of);
}

} // namespace imagined::store
