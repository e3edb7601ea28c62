#include "codec.hpp"
#include "plain_grid.hpp"
#include "scale.hpp"

#include <string>
#include <utility>

namespace imagined::store {

namespace {

constexpr std::size_t cells_a_side = 2;
constexpr std::size_t most_pictures = cells_a_side * cells_a_side;

failure at_position(std::size_t index, failure error) {
    error.detail = "picture " + std::to_string(index + 1) + ": " + error.detail;
    return error;
}

// All headers are read before anything is allocated or decoded: one bad picture costs nothing.
result<std::vector<picture_info>> read_headers(const std::vector<std::string_view>& pictures) {
    std::vector<picture_info> headers;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        auto header = drawable_header(pictures[i]);
        if (!header) {
            return at_position(i, std::move(header).error());
        }
        headers.push_back(*header);
    }
    return headers;
}

result<void> draw(std::string_view bytes, const picture_info& info, const pixel_area& cell) {
    if (info.width == cell.width && info.height == cell.height) {
        return decode_into(bytes, info, cell);
    }
    bitmap whole = make_bitmap(info.width, info.height, 255);
    auto done = decode_into(bytes, info, area_of(whole));
    if (done) {
        scale(area_of(whole), cell);
    }
    return done;
}

result<bitmap>
compose(const std::vector<std::string_view>& pictures, const std::vector<picture_info>& headers) {
    const std::uint32_t width = headers[0].width;
    const std::uint32_t height = headers[0].height;
    bitmap grid = make_bitmap(width * cells_a_side, height * cells_a_side, 255);
    const pixel_area whole = area_of(grid);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto column = static_cast<std::uint32_t>(i % cells_a_side);
        const auto row = static_cast<std::uint32_t>(i / cells_a_side);
        const pixel_area cell = part_of(whole, column * width, row * height, width, height);
        if (auto drawn = draw(pictures[i], headers[i], cell); !drawn) {
            return at_position(i, std::move(drawn).error());
        }
    }
    return grid;
}

} // namespace

result<std::string>
compose_grid(const std::vector<std::string_view>& pictures, picture_format format) {
    if (pictures.empty() || pictures.size() > most_pictures) {
        return failure{failure_kind::invalid, "a grid has one to four pictures"};
    }
    const auto headers = read_headers(pictures);
    if (!headers) {
        return headers.error();
    }
    if (pictures.size() == 1) {
        const auto single = decode(pictures[0]);
        return single ? encode(*single, format) : at_position(0, single.error());
    }
    if (std::uint64_t{headers->front().width} * headers->front().height
        > max_pixels / most_pictures) {
        return failure{failure_kind::invalid, "the grid would have too many pixels"};
    }
    if (format == picture_format::jpeg) {
        if (auto made = plain_grid(pictures, default_quality)) {
            return std::move(*made);
        }
    }
    const auto grid = compose(pictures, *headers);
    return grid ? encode(*grid, format) : grid.error();
}

} // namespace imagined::store
