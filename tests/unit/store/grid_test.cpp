#include "pictures.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::store;

namespace {

constexpr test::colour white = 0xffffff;

std::string png(const bitmap& pixels) {
    return *encode(pixels, picture_format::png);
}

bitmap grid_of(const std::vector<std::string>& pictures) {
    const std::vector<std::string_view> views(pictures.begin(), pictures.end());
    const auto bytes = compose_grid(views, picture_format::png);
    REQUIRE_MESSAGE(bytes, bytes.error().detail);
    return *decode(*bytes);
}

bitmap quarter(const bitmap& grid, std::uint32_t column, std::uint32_t row) {
    const std::uint32_t width = grid.width / 2;
    const std::uint32_t height = grid.height / 2;
    bitmap part{width, height, {}};
    for (std::uint32_t y = 0; y < height; ++y) {
        const std::size_t start =
            ((std::size_t{row} * height + y) * grid.width + std::size_t{column} * width) * 3;
        const auto from = grid.rgb.begin() + static_cast<long>(start);
        part.rgb.insert(part.rgb.end(), from, from + static_cast<long>(width) * 3);
    }
    return part;
}

} // namespace

TEST_CASE("the quarters of a grid are its pictures in reading order, pixel for pixel") {
    const bitmap one = test::busy(61, 47, 1);
    const bitmap two = test::busy(61, 47, 2);
    const bitmap three = test::busy(61, 47, 3);
    const bitmap four = test::busy(61, 47, 4);
    const bitmap grid = grid_of({png(one), png(two), png(three), png(four)});
    CHECK(grid.width == 122);
    CHECK(grid.height == 94);
    CHECK(test::distance(quarter(grid, 0, 0), one) == 0);
    CHECK(test::distance(quarter(grid, 1, 0), two) == 0);
    CHECK(test::distance(quarter(grid, 0, 1), three) == 0);
    CHECK(test::distance(quarter(grid, 1, 1), four) == 0);
}

TEST_CASE("a quarter is the same whatever the picture's format") {
    const bitmap pixels = test::busy(40, 32);
    std::vector<std::uint8_t> rgba;
    for (std::size_t i = 0; i < pixels.rgb.size(); i += 3) {
        rgba.insert(rgba.end(), {pixels.rgb[i], pixels.rgb[i + 1], pixels.rgb[i + 2], 200});
    }
    const std::vector<std::string> pictures = {
        test::jpeg_of(pixels, {}),
        *encode(pixels, picture_format::webp),
        test::lossless_webp_of(40, 32, rgba),
        test::png_of({.width = 40, .height = 32, .colour_type = 6}, rgba)
    };
    const bitmap grid = grid_of(pictures);
    for (std::uint32_t i = 0; i < 4; ++i) {
        CAPTURE(i);
        CHECK(test::distance(quarter(grid, i % 2, i / 2), *decode(pictures[i])) == 0);
    }
}

TEST_CASE("missing cells are white") {
    const std::string picture = png(test::flat(20, 10, 0x102030));
    const bitmap three = grid_of({picture, picture, picture});
    CHECK(test::distance(quarter(three, 0, 1), test::flat(20, 10, 0x102030)) == 0);
    CHECK(test::distance(quarter(three, 1, 1), test::flat(20, 10, white)) == 0);
    const bitmap two = grid_of({picture, picture});
    CHECK(two.height == 20);
    CHECK(test::distance(quarter(two, 0, 1), test::flat(20, 10, white)) == 0);
    CHECK(test::distance(quarter(two, 1, 1), test::flat(20, 10, white)) == 0);
}

TEST_CASE("one picture stays itself") {
    const bitmap pixels = test::busy(30, 20);
    CHECK(test::distance(grid_of({png(pixels)}), pixels) == 0);
}

TEST_CASE("pictures of another size are scaled to the first") {
    const bitmap grid = grid_of(
        {png(test::flat(20, 10, 0xff0000)),
         png(test::flat(200, 10, 0x00ff00)),
         png(test::flat(3, 2, 0x0000ff)),
         png(test::flat(40, 80, 0x808080))}
    );
    CHECK(grid.width == 40);
    CHECK(test::distance(quarter(grid, 1, 0), test::flat(20, 10, 0x00ff00)) == 0);
    CHECK(test::distance(quarter(grid, 0, 1), test::flat(20, 10, 0x0000ff)) == 0);
    CHECK(test::distance(quarter(grid, 1, 1), test::flat(20, 10, 0x808080)) == 0);
}

TEST_CASE("a grid has the format that was asked for") {
    const std::string picture = png(test::busy(16, 16));
    for (const auto format : {picture_format::png, picture_format::jpeg, picture_format::webp}) {
        const auto grid = compose_grid({picture, picture}, format);
        REQUIRE(grid);
        CHECK(sniff(*grid)->format == format);
        CHECK(sniff(*grid)->width == 32);
        CHECK(sniff(*compose_grid({picture}, format))->format == format);
    }
}

TEST_CASE("a grid of no picture, or of five, is invalid") {
    const std::string picture = png(test::flat(4, 4, 0));
    CHECK(compose_grid({}, picture_format::png).error().kind == failure_kind::invalid);
    const std::vector<std::string_view> five(5, picture);
    CHECK(compose_grid(five, picture_format::png).error().kind == failure_kind::invalid);
}

TEST_CASE("a damaged picture fails the grid and is named by its position") {
    const std::string good = png(test::busy(16, 16));
    const std::string cut = good.substr(0, good.size() - 30);
    const auto damaged = compose_grid({good, good, cut}, picture_format::jpeg);
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().kind == failure_kind::corrupt);
    CHECK(damaged.error().detail.starts_with("picture 3: "));
    const auto foreign = compose_grid({good, "<html>"}, picture_format::jpeg);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().kind == failure_kind::invalid);
    CHECK(foreign.error().detail.starts_with("picture 2: "));
}

TEST_CASE("a grid of too many pixels is refused before anything is decoded") {
    const std::string wide = test::png_header(5000, 5000);
    REQUIRE(5000ULL * 5000 <= max_pixels);
    const auto grid = compose_grid({wide, wide}, picture_format::png);
    REQUIRE_FALSE(grid);
    CHECK(grid.error().kind == failure_kind::invalid);
}
