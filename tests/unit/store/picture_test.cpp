#include "pictures.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::store;

namespace {

bitmap decoded(const std::string& bytes) {
    auto pixels = decode(bytes);
    REQUIRE_MESSAGE(pixels, pixels.error().detail);
    return *pixels;
}

std::vector<test::colour> colours(const bitmap& pixels) {
    std::vector<test::colour> found;
    for (std::uint32_t y = 0; y < pixels.height; ++y) {
        for (std::uint32_t x = 0; x < pixels.width; ++x) {
            found.push_back(test::pixel_at(pixels, x, y));
        }
    }
    return found;
}

using expected = std::vector<test::colour>;

} // namespace

TEST_CASE("a PNG comes back pixel for pixel") {
    for (const auto& [width, height] : {std::pair{1U, 1U}, {7U, 3U}, {257U, 130U}}) {
        const bitmap pixels = test::busy(width, height);
        CHECK(test::distance(decoded(*encode(pixels, picture_format::png)), pixels) == 0);
    }
}

TEST_CASE("a JPEG and a WebP come back nearly as they were") {
    const bitmap pixels = test::flat(65, 43, 0x306090);
    CHECK(test::distance(decoded(*encode(pixels, picture_format::jpeg)), pixels) <= 4);
    CHECK(test::distance(decoded(*encode(pixels, picture_format::webp)), pixels) <= 4);
}

TEST_CASE("a higher quality keeps more") {
    const bitmap pixels = test::busy(128, 128);
    for (const auto format : {picture_format::jpeg, picture_format::webp}) {
        CHECK(encode(pixels, format, 30)->size() < encode(pixels, format, 95)->size());
    }
}

TEST_CASE("a JPEG larger than its first buffer is written whole") {
    std::vector<std::uint8_t> noise(std::size_t{1024} * 1024 * 3);
    std::uint32_t state = 1;
    for (auto& value : noise) {
        state = state * 1664525 + 1013904223;
        value = static_cast<std::uint8_t>(state >> 24);
    }
    const bitmap pixels{1024, 1024, noise};
    const auto bytes = encode(pixels, picture_format::jpeg, 100);
    REQUIRE(bytes);
    CHECK(bytes->size() > noise.size() / 6);
    CHECK(bytes->ends_with("\xff\xd9"));
    CHECK(decode(*bytes).has_value());
}

TEST_CASE("an RGBA PNG is flattened on white") {
    const std::vector<std::uint8_t> rgba = {
        10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128, 200, 100, 0, 51
    };
    const bitmap pixels = decoded(test::png_of({.width = 4, .height = 1, .colour_type = 6}, rgba));
    CHECK(colours(pixels) == expected{0x0a141e, 0xffffff, 0x7f7f7f, 0xf4e0cc});
}

TEST_CASE("a grey PNG with alpha is flattened on white") {
    const std::vector<std::uint8_t> samples = {50, 255, 50, 0};
    const bitmap pixels =
        decoded(test::png_of({.width = 2, .height = 1, .colour_type = 4}, samples));
    CHECK(colours(pixels) == expected{0x323232, 0xffffff});
}

TEST_CASE("a grey PNG with one transparent value is flattened on white") {
    const test::png_form form{.width = 3, .height = 1, .colour_type = 0, .transparent_grey = 77};
    CHECK(
        colours(decoded(test::png_of(form, {76, 77, 78}))) == expected{0x4c4c4c, 0xffffff, 0x4e4e4e}
    );
}

TEST_CASE("a palette PNG with transparent entries is flattened on white") {
    const test::png_form form{
        .width = 3, .height = 1, .colour_type = 3, .palette = {0xffff0000, 0x0000ff00, 0xff0000ff}
    };
    CHECK(
        colours(decoded(test::png_of(form, {0, 1, 2}))) == expected{0xff0000, 0xffffff, 0x0000ff}
    );
}

TEST_CASE("a 16-bit PNG keeps its upper 8 bits") {
    std::vector<std::uint8_t> samples;
    for (const std::uint16_t value : {0x1234, 0xabcd, 0xffff}) {
        samples.push_back(static_cast<std::uint8_t>(value)
        ); // the tests' machines are little-endian
        samples.push_back(static_cast<std::uint8_t>(value >> 8));
    }
    const test::png_form colour{.width = 1, .height = 1, .depth = 16, .colour_type = 2};
    CHECK(colours(decoded(test::png_of(colour, samples))) == expected{0x12abff});
    const test::png_form grey{.width = 3, .height = 1, .depth = 16, .colour_type = 0};
    CHECK(colours(decoded(test::png_of(grey, samples))) == expected{0x121212, 0xababab, 0xffffff});
}

TEST_CASE("a PNG of one bit a pixel is black and white") {
    const test::png_form form{.width = 4, .height = 1, .depth = 1, .colour_type = 0};
    CHECK(colours(decoded(test::png_of(form, {0x50}))) == expected{0, 0xffffff, 0, 0xffffff});
}

TEST_CASE("an interlaced PNG comes back pixel for pixel") {
    const bitmap pixels = test::busy(37, 29);
    const test::png_form form{.width = 37, .height = 29, .interlaced = true};
    CHECK(test::distance(decoded(test::png_of(form, pixels.rgb)), pixels) == 0);
}

TEST_CASE("an interlaced PNG with alpha is flattened pixel for pixel") {
    const bitmap pixels = test::busy(37, 29);
    std::vector<std::uint8_t> rgba;
    bitmap flattened = pixels;
    for (std::size_t i = 0; i < pixels.rgb.size(); i += 3) {
        const bool clear = i % 7 < 3;
        rgba.insert(
            rgba.end(),
            pixels.rgb.begin() + static_cast<long>(i),
            pixels.rgb.begin() + static_cast<long>(i) + 3
        );
        rgba.push_back(clear ? 0 : 255);
        for (std::size_t c = 0; clear && c < 3; ++c) {
            flattened.rgb[i + c] = 255;
        }
    }
    const test::png_form form{.width = 37, .height = 29, .colour_type = 6, .interlaced = true};
    CHECK(test::distance(decoded(test::png_of(form, rgba)), flattened) == 0);
}

TEST_CASE("a WebP with alpha is flattened on white") {
    const std::vector<std::uint8_t> rgba = {10, 20, 30, 255, 10, 20, 30, 0};
    CHECK(colours(decoded(test::lossless_webp_of(2, 1, rgba))) == expected{0x0a141e, 0xffffff});
}

TEST_CASE("a progressive and a grey JPEG are decoded like any other") {
    const bitmap pixels = test::flat(40, 30, 0x505050);
    CHECK(test::distance(decoded(test::jpeg_of(pixels, {.progressive = true})), pixels) <= 3);
    CHECK(test::distance(decoded(test::jpeg_of(pixels, {.grey = true})), pixels) <= 3);
}

TEST_CASE("a JPEG in print colours is converted, not refused") {
    const std::vector<std::uint8_t> cyan_then_black = {0, 255, 255, 255, 255, 255, 255, 0};
    for (const bool ycck : {false, true}) {
        CAPTURE(ycck);
        std::vector<std::uint8_t> inks;
        for (int i = 0; i < 16 * 16; ++i) {
            const long half = i % 16 < 8 ? 0 : 4;
            inks.insert(
                inks.end(), cyan_then_black.begin() + half, cyan_then_black.begin() + half + 4
            );
        }
        const bitmap pixels = decoded(test::cmyk_jpeg_of(16, 16, inks, ycck));
        const bitmap cyan = test::flat(1, 1, test::pixel_at(pixels, 1, 8));
        const bitmap black = test::flat(1, 1, test::pixel_at(pixels, 14, 8));
        CHECK(test::distance(cyan, test::flat(1, 1, 0x00ffff)) < 24);
        CHECK(test::distance(black, test::flat(1, 1, 0x000000)) < 24);
    }
}

TEST_CASE("what is no picture is refused as invalid, whatever it was called") {
    for (const std::string_view bytes : {"", "<html>", "GIF89a and the rest of it"}) {
        const auto pixels = decode(bytes);
        REQUIRE_FALSE(pixels);
        CHECK(pixels.error().kind == failure_kind::invalid);
    }
}

TEST_CASE("a picture of too many pixels is refused before memory is taken for it") {
    const std::string plain = test::jpeg_of(test::busy(16, 16), {});
    std::string huge = plain;
    const std::size_t frame = huge.find("\xff\xc0");
    huge.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
    for (const std::string& bomb : {test::png_header(2'000'000'000, 2'000'000'000), huge}) {
        REQUIRE(sniff(bomb));
        const auto pixels = decode(bomb);
        REQUIRE_FALSE(pixels);
        CHECK(pixels.error().kind == failure_kind::invalid);
    }
}

TEST_CASE("a JPEG of thousands of scans is refused") {
    const std::string plain = test::jpeg_of(test::busy(64, 64), {.progressive = true});
    const std::size_t first = plain.find("\xff\xda");
    std::size_t next = first + 2;
    while (plain[next] != '\xff' || plain[next + 1] == '\0') {
        ++next;
    }
    const std::string scan = plain.substr(first, next - first);
    std::string bomb = plain.substr(0, next);
    for (int i = 0; i < 2000; ++i) {
        bomb += scan;
    }
    bomb += plain.substr(next);
    const auto pixels = decode(bomb);
    REQUIRE_FALSE(pixels);
    CHECK(pixels.error().kind == failure_kind::invalid);
}

TEST_CASE("a bitmap that is not what it claims cannot be encoded") {
    for (const auto format : {picture_format::png, picture_format::jpeg, picture_format::webp}) {
        CHECK(encode({}, format).error().kind == failure_kind::invalid);
        CHECK(encode({10, 10, {1, 2, 3}}, format).error().kind == failure_kind::invalid);
        CHECK(encode(test::flat(2, 2, 0), format, 0).error().kind == failure_kind::invalid);
        CHECK(encode(test::flat(2, 2, 0), format, 101).error().kind == failure_kind::invalid);
    }
}

TEST_CASE("a side longer than the format allows is refused as invalid") {
    const bitmap pixels = test::flat(70'000, 1, 0);
    CHECK(encode(pixels, picture_format::jpeg).error().kind == failure_kind::invalid);
    const failure too_wide = encode(pixels, picture_format::webp).error();
    CHECK(too_wide.kind == failure_kind::invalid);
    CHECK(too_wide.detail == "webp: more than 16383 pixels a side");
    CHECK(encode(pixels, picture_format::png).has_value());
}

TEST_CASE("a picture is converted once it has another format, and keeps its alpha where it can") {
    const std::string half = test::png_of(
        {.width = 2, .height = 1, .colour_type = 6}, {200, 10, 10, 255, 10, 200, 10, 0}
    );
    CHECK(*convert(half, picture_format::png) == half);
    const auto webp = convert(half, picture_format::webp, 100);
    REQUIRE(webp);
    CHECK(sniff(*webp)->format == picture_format::webp);
    const auto back = convert(*webp, picture_format::png);
    REQUIRE(back);
    CHECK(static_cast<int>((*back)[25]) == 6);               // the colour type: with alpha
    CHECK(test::pixel_at(decoded(*back), 1, 0) == 0xffffff); // nothing, shown on white
    const auto jpeg = convert(half, picture_format::jpeg, 100);
    REQUIRE(jpeg);
    CHECK(sniff(*jpeg)->format == picture_format::jpeg);
    const bitmap busy = test::busy(64, 64);
    const std::string png = *encode(busy, picture_format::png);
    CHECK(
        convert(png, picture_format::jpeg, 10)->size()
        < convert(png, picture_format::jpeg, 90)->size()
    );
    CHECK(
        test::distance(decoded(*convert(test::jpeg_of(busy, {}), picture_format::png)), busy) < 256
    );
    CHECK(convert("GIF89a", picture_format::png).error().kind == failure_kind::invalid);
}
