// Zoom, pan and "make square" as an inpainting task (ideogram-api.md §13.3): the picture lies
// somewhere on a larger or equal canvas, and a mask keeps it and has the rest painted. Where it
// lies is arithmetic (plan_*); draw_canvas() does the pixels.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/store/picture.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::store {

struct dimensions {
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    friend bool operator==(const dimensions&, const dimensions&) = default;
};

// A canvas, and the rectangle of it that the whole picture is scaled into. The rectangle may reach
// over the canvas' far edge (a pan that can not grow any more): that part is cut off.
struct canvas_plan {
    dimensions canvas;
    std::int64_t left = 0;
    std::int64_t top = 0;
    dimensions picture;

    friend bool operator==(const canvas_plan&, const canvas_plan&) = default;
};

enum class pan_direction { left, right, up, down };

// Beyond these a canvas is drawn smaller, or its picture cut: what backends take is limited.
inline constexpr std::uint64_t max_canvas_pixels = 4ULL * 1024 * 1024;
inline constexpr double max_canvas_ratio = 3;

// The picture at 1/zoom of its size in the middle. Without `shape` the canvas has the picture's
// size; with one (width to height) it has that shape, holds the picture, and is `zoom` times as
// large as the smallest such canvas. `zoom` is at least 1.
canvas_plan plan_zoom(dimensions picture, double zoom, std::optional<double> shape = std::nullopt);

// New ground of half the picture's extent in `direction`: a pan to the left puts the picture at the
// right. Where the canvas would become longer than max_canvas_ratio, it keeps the picture's size
// and the picture moves out of it at the other side.
canvas_plan plan_pan(dimensions picture, pan_direction direction);

// A square as long as the picture's longer side, with the picture in its middle.
canvas_plan plan_square(dimensions picture);

// True where the picture covers the whole canvas: there is nothing to paint.
bool covers_all(const canvas_plan& plan);

struct canvas {
    std::string picture; // PNG, or JPEG where the PNG would be larger than max_canvas_bytes
    std::string mask;    // PNG: white where the picture lies, black where it does not
};

inline constexpr std::size_t max_canvas_bytes = 9 * std::size_t{1024} * 1024;

// Around the picture its border colours run on, so that a painter who looks at them finds no edge.
// Fails as decode() and encode() do. CPU work: call it on an offload_pool.
result<canvas> draw_canvas(std::string_view picture, const canvas_plan& plan);

} // namespace imagined::store
