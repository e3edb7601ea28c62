#include "imagined/store/canvas.hpp"

#include "codec.hpp"
#include "scale.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imagined::store {

namespace {

constexpr double grown_by_pan = 0.5;
constexpr int jpeg_quality = 95; // for canvases that are too large as PNG
constexpr std::uint8_t keep = 255;
constexpr std::uint8_t edit = 0;

// Two shapes that differ by less are one: the nearest size that a backend has is seldom exact.
constexpr double same_shape = 0.05;

std::uint32_t rounded(double side) {
    return static_cast<std::uint32_t>(std::max(1.0, std::round(side)));
}

double ratio_of(dimensions size) {
    return static_cast<double>(size.width) / size.height;
}

// The longer side in terms of the shorter one.
double length_of(dimensions size) {
    const double ratio = ratio_of(size);
    return std::max(ratio, 1 / ratio);
}

dimensions shrunk(dimensions size, double by) {
    return {rounded(size.width * by), rounded(size.height * by)};
}

canvas_plan in_the_middle(dimensions canvas, dimensions picture) {
    canvas_plan plan{canvas, 0, 0, picture};
    plan.left = (std::int64_t{canvas.width} - picture.width) / 2;
    plan.top = (std::int64_t{canvas.height} - picture.height) / 2;
    return plan;
}

// The same plan, small enough to be sent.
canvas_plan limited(canvas_plan plan) {
    const auto pixels = static_cast<double>(plan.canvas.width) * plan.canvas.height;
    if (pixels <= max_canvas_pixels) {
        return plan;
    }
    const double by = std::sqrt(static_cast<double>(max_canvas_pixels) / pixels);
    plan.canvas = {
        static_cast<std::uint32_t>(plan.canvas.width * by),
        static_cast<std::uint32_t>(plan.canvas.height * by)
    };
    plan.picture = shrunk(plan.picture, by);
    plan.left = std::llround(static_cast<double>(plan.left) * by);
    plan.top = std::llround(static_cast<double>(plan.top) * by);
    return plan;
}

// The part of the canvas that the picture covers.
struct overlap {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    std::uint32_t right = 0; // one past the last column
    std::uint32_t bottom = 0;
};

overlap overlap_of(const canvas_plan& plan) {
    const auto inside = [](std::int64_t at, std::uint32_t limit) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, limit));
    };
    const dimensions& all = plan.canvas;
    return {
        inside(plan.left, all.width),
        inside(plan.top, all.height),
        inside(plan.left + plan.picture.width, all.width),
        inside(plan.top + plan.picture.height, all.height)
    };
}

bitmap sized(bitmap whole, dimensions wanted) {
    if (whole.width == wanted.width && whole.height == wanted.height) {
        return whole;
    }
    bitmap made = make_bitmap(wanted.width, wanted.height, 255);
    scale(area_of(whole), area_of(made));
    return made;
}

// Every pixel of the canvas shows the picture's nearest one.
bitmap spread(bitmap& picture, const canvas_plan& plan) {
    bitmap made = make_bitmap(plan.canvas.width, plan.canvas.height, 255);
    const pixel_area from = area_of(picture);
    const pixel_area to = area_of(made);
    const auto nearest = [](std::int64_t at, std::uint32_t limit) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 0, std::int64_t{limit} - 1));
    };
    std::vector<std::size_t> offsets(to.width);
    for (std::uint32_t x = 0; x < to.width; ++x) {
        offsets[x] = nearest(x - plan.left, from.width) * rgb_channels;
    }
    for (std::uint32_t y = 0; y < to.height; ++y) {
        const std::uint8_t* row = from.row(nearest(y - plan.top, from.height));
        std::uint8_t* out = to.row(y);
        for (const std::size_t offset : offsets) {
            out = std::copy_n(row + offset, rgb_channels, out);
        }
    }
    return made;
}

bitmap mask_of(const canvas_plan& plan) {
    bitmap mask = make_bitmap(plan.canvas.width, plan.canvas.height, edit);
    const overlap kept = overlap_of(plan);
    for (std::uint32_t y = kept.top; y < kept.bottom; ++y) {
        std::uint8_t* row = area_of(mask).row(y);
        std::fill(row + kept.left * rgb_channels, row + kept.right * rgb_channels, keep);
    }
    return mask;
}

} // namespace

canvas_plan plan_zoom(dimensions picture, double zoom, std::optional<double> shape) {
    const double factor = std::max(zoom, 1.0);
    const double own = ratio_of(picture);
    if (!shape || std::abs(std::log(*shape / own)) <= same_shape) {
        return limited(in_the_middle(picture, shrunk(picture, 1 / factor)));
    }
    const double wanted = std::clamp(*shape, 1 / max_canvas_ratio, max_canvas_ratio);
    const double width = wanted > own ? picture.height * wanted : picture.width;
    const double height = wanted > own ? picture.height : picture.width / wanted;
    // As many pixels as the picture has: the backend answers in the size that it is sent.
    const double grown =
        std::sqrt(static_cast<double>(picture.width) * picture.height / (width * height));
    return limited(in_the_middle(
        {rounded(width * grown), rounded(height * grown)}, shrunk(picture, grown / factor)
    ));
}

canvas_plan plan_pan(dimensions picture, pan_direction direction) {
    const bool sideways = direction == pan_direction::left || direction == pan_direction::right;
    const bool before = direction == pan_direction::left || direction == pan_direction::up;
    const std::uint32_t side = sideways ? picture.width : picture.height;
    const std::uint32_t strip = rounded(side * grown_by_pan);
    canvas_plan plan{picture, 0, 0, picture};
    (sideways ? plan.canvas.width : plan.canvas.height) = side + strip;
    const double length = length_of(plan.canvas);
    const bool grows = length <= max_canvas_ratio || length < length_of(picture);
    if (!grows) {
        plan.canvas = picture;
    }
    std::int64_t& start = sideways ? plan.left : plan.top;
    if (before) {
        start = strip;
    } else if (!grows) {
        start = -std::int64_t{strip};
    }
    return limited(plan);
}

canvas_plan plan_square(dimensions picture) {
    const std::uint32_t side = std::max(picture.width, picture.height);
    return limited(in_the_middle({side, side}, picture));
}

bool covers_all(const canvas_plan& plan) {
    const overlap kept = overlap_of(plan);
    return kept.left == 0 && kept.top == 0 && kept.right == plan.canvas.width
           && kept.bottom == plan.canvas.height;
}

result<canvas> draw_canvas(std::string_view picture, const canvas_plan& plan) {
    auto whole = decode(picture);
    if (!whole) {
        return whole.error();
    }
    bitmap placed = sized(std::move(*whole), plan.picture);
    const bitmap drawn = spread(placed, plan);
    auto bytes = encode(drawn, picture_format::png);
    if (bytes && bytes->size() > max_canvas_bytes) {
        bytes = encode(drawn, picture_format::jpeg, jpeg_quality);
    }
    if (!bytes) {
        return bytes.error();
    }
    auto mask = encode(mask_of(plan), picture_format::png);
    if (!mask) {
        return mask.error();
    }
    return canvas{std::move(*bytes), std::move(*mask)};
}

} // namespace imagined::store
