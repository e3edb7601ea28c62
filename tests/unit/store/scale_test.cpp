#include "scale.hpp"

#include "codec.hpp"
#include "pictures.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace imagined;
using namespace imagined::store;

namespace {

bitmap scaled(bitmap source, std::uint32_t width, std::uint32_t height) {
    bitmap target = make_bitmap(width, height, 0);
    scale(area_of(source), area_of(target));
    return target;
}

bitmap grey_row(const std::vector<std::uint8_t>& values) {
    bitmap pixels{static_cast<std::uint32_t>(values.size()), 1, {}};
    for (const std::uint8_t value : values) {
        pixels.rgb.insert(pixels.rgb.end(), 3, value);
    }
    return pixels;
}

std::vector<int> values(const bitmap& pixels) {
    std::vector<int> found;
    for (std::size_t i = 0; i < pixels.rgb.size(); i += 3) {
        found.push_back(pixels.rgb[i]);
    }
    return found;
}

using numbers = std::vector<int>;

} // namespace

TEST_CASE("a shrunk pixel is the average of what it covers") {
    CHECK(values(scaled(grey_row({0, 100, 200, 50}), 2, 1)) == numbers{50, 125});
    CHECK(values(scaled(grey_row({0, 90, 180}), 1, 1)) == numbers{90});
    // The middle pixel is shared by both.
    CHECK(values(scaled(grey_row({0, 90, 180}), 2, 1)) == numbers{30, 150});
}

TEST_CASE("an enlarged picture runs smoothly between its pixels") {
    CHECK(values(scaled(grey_row({0, 100}), 4, 1)) == numbers{0, 25, 75, 100});
}

TEST_CASE("a picture may shrink in one direction and grow in the other") {
    bitmap source{4, 1, grey_row({0, 100, 200, 50}).rgb};
    CHECK(values(scaled(source, 2, 3)) == numbers{50, 125, 50, 125, 50, 125});
}

TEST_CASE("flat colours keep their value at every ratio") {
    for (const test::colour colour : {0x000000U, 0xffffffU, 0x0180feU}) {
        for (std::uint32_t side = 1; side < 60; ++side) {
            CAPTURE(side);
            const bitmap made = scaled(test::flat(37, 23, colour), side, 61 - side);
            REQUIRE(test::distance(made, test::flat(side, 61 - side, colour)) == 0);
        }
    }
}

TEST_CASE("flat colours keep their value when thousands of pixels become a few") {
    for (const test::colour colour : {0xffffffU, 0x7f7f7fU}) {
        CHECK(
            test::distance(scaled(test::flat(4001, 2, colour), 7, 1), test::flat(7, 1, colour)) == 0
        );
        CHECK(
            test::distance(scaled(test::flat(2, 4001, colour), 1, 3), test::flat(1, 3, colour)) == 0
        );
    }
}

TEST_CASE("scaling to the same size changes nothing") {
    const bitmap pixels = test::busy(31, 17);
    CHECK(test::distance(scaled(pixels, 31, 17), pixels) == 0);
}

TEST_CASE("scaling writes nothing outside of its target") {
    bitmap canvas = test::flat(10, 10, 0x123456);
    bitmap source = test::flat(3, 3, 0xffffff);
    scale(area_of(source), part_of(area_of(canvas), 2, 3, 5, 4));
    for (std::uint32_t y = 0; y < 10; ++y) {
        for (std::uint32_t x = 0; x < 10; ++x) {
            const bool inside = x >= 2 && x < 7 && y >= 3 && y < 7;
            CHECK(test::pixel_at(canvas, x, y) == (inside ? 0xffffffU : 0x123456U));
        }
    }
}

TEST_CASE("a fitted size keeps the proportions and at least one pixel") {
    const auto wide = fitted(2048, 1024, 512);
    CHECK(wide.width == 512);
    CHECK(wide.height == 256);
    const auto tall = fitted(768, 1344, 512);
    CHECK(tall.width == 293);
    CHECK(tall.height == 512);
    const auto line = fitted(10'000, 1, 512);
    CHECK(line.width == 512);
    CHECK(line.height == 1);
}

TEST_CASE("a thumbnail fits and is a JPEG whatever the picture was") {
    const bitmap pixels = test::busy(700, 350);
    for (const auto format : {picture_format::png, picture_format::jpeg, picture_format::webp}) {
        CAPTURE(media_type(format));
        const auto made = make_thumbnail(*encode(pixels, format), 100);
        REQUIRE(made);
        const auto info = sniff(*made);
        REQUIRE(info);
        CHECK(info->format == picture_format::jpeg);
        CHECK(info->width == 100);
        CHECK(info->height == 50);
    }
}

TEST_CASE("a thumbnail looks like its picture") {
    // Red left, blue right: what must survive any shrinking.
    bitmap pixels = test::flat(1100, 600, 0xff0000);
    for (std::uint32_t y = 0; y < 600; ++y) {
        for (std::uint32_t x = 550; x < 1100; ++x) {
            const std::size_t at = (std::size_t{y} * 1100 + x) * 3;
            pixels.rgb[at] = 0;
            pixels.rgb[at + 2] = 255;
        }
    }
    for (const auto format : {picture_format::png, picture_format::jpeg}) {
        const bitmap small = *decode(*make_thumbnail(*encode(pixels, format), 128));
        CHECK(
            test::distance(
                test::flat(1, 1, test::pixel_at(small, 20, 20)), test::flat(1, 1, 0xff0000)
            )
            < 12
        );
        CHECK(
            test::distance(
                test::flat(1, 1, test::pixel_at(small, 110, 60)), test::flat(1, 1, 0x0000ff)
            )
            < 12
        );
    }
}

TEST_CASE("a JPEG that is reduced while decoding is never smaller than wanted") {
    const std::string bytes = *encode(test::busy(800, 400), picture_format::jpeg);
    const picture_info info = *sniff(bytes);
    const auto width_of = [&](picture_size wanted) {
        return decode_jpeg_reduced(bytes, info, wanted)->width;
    };
    CHECK(width_of({100, 50}) == 100);
    CHECK(width_of({101, 50}) == 200);
    CHECK(width_of({100, 51}) == 200);
    CHECK(width_of({401, 1}) == 800);
}

TEST_CASE("a small picture is not enlarged for its thumbnail") {
    const auto made = make_thumbnail(*encode(test::busy(60, 40), picture_format::png), 512);
    REQUIRE(made);
    CHECK(sniff(*made)->width == 60);
    CHECK(sniff(*made)->height == 40);
}

TEST_CASE("a thumbnail of a damaged picture, or of no pixels, fails") {
    const std::string good = *encode(test::busy(64, 64), picture_format::jpeg);
    const auto cut = make_thumbnail(good.substr(0, good.size() / 2), 16);
    REQUIRE_FALSE(cut);
    CHECK(cut.error().kind == failure_kind::corrupt);
    CHECK(make_thumbnail(good, 0).error().kind == failure_kind::invalid);
    CHECK(make_thumbnail("text", 16).error().kind == failure_kind::invalid);
}
