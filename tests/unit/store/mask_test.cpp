#include "imagined/store/mask.hpp"

#include "pictures.hpp"

#include <array>

using namespace imagined;
using namespace imagined::store;
using verdict = drawn_mask::verdict;

namespace {

constexpr test::colour mask_black = 0x000000;
constexpr test::colour mask_white = 0xffffff;

using samples = std::vector<std::uint8_t>;

// One grey value a pixel, in a row.
std::string grey_mask(const samples& values) {
    return test::png_of(
        {.width = static_cast<std::uint32_t>(values.size()), .height = 1, .colour_type = 0}, values
    );
}

// Four values a pixel, in a row.
std::string rgba_mask(const samples& values) {
    return test::png_of(
        {.width = static_cast<std::uint32_t>(values.size() / 4), .height = 1, .colour_type = 6},
        values
    );
}

// What Ideogram is told about each pixel of a row: true = edit.
std::vector<bool> edits(std::string_view mask, std::uint32_t width) {
    const auto drawn = to_ideogram_mask(mask, width, 1);
    REQUIRE(drawn.what == verdict::usable);
    const auto read = decode(drawn.png);
    REQUIRE(read);
    CHECK(read->width == width);
    CHECK(read->height == 1);
    std::vector<bool> found;
    for (std::uint32_t x = 0; x < width; ++x) {
        const auto value = test::pixel_at(*read, x, 0);
        REQUIRE((value == mask_black || value == mask_white));
        found.push_back(value == mask_black);
    }
    return found;
}

using row = std::vector<bool>;

bitmap half_white(std::uint32_t width, std::uint32_t height) {
    bitmap mask = test::flat(width, height, mask_black);
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t i = 0; i < width / 2 * 3; ++i) {
            mask.rgb[std::size_t{y} * width * 3 + i] = 255;
        }
    }
    return mask;
}

} // namespace

TEST_CASE("white is painted anew and black is kept, divided at a luminance of 128") {
    CHECK(edits(grey_mask({0, 127, 128, 255}), 4) == row{false, false, true, true});
    // Pure green is bright, pure red and pure blue are dark.
    CHECK(
        edits(rgba_mask({0, 255, 0, 255, 255, 0, 0, 255, 0, 0, 255, 255}), 3)
        == row{true, false, false}
    );
}

TEST_CASE("a mask of another size is scaled to the nearest pixel, without grey") {
    CHECK(edits(grey_mask({0, 255}), 6) == row{false, false, false, true, true, true});
    CHECK(edits(grey_mask({255, 0, 0, 0, 255, 255}), 3) == row{false, false, true});
    CHECK(edits(grey_mask({255, 0, 0}), 4) == row{true, false, false, false});
    const auto tall = to_ideogram_mask(grey_mask({255, 0}), 2, 50);
    REQUIRE(tall.what == verdict::usable);
    CHECK(decode(tall.png)->height == 50);
}

TEST_CASE("what is transparent is not marked") {
    // Dooy's and the web UI's strokes: white on nothing, or white over black.
    CHECK(
        edits(rgba_mask({255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 0}), 3)
        == row{true, false, false}
    );
}

TEST_CASE("strokes of one colour on nothing speak by their alpha") {
    CHECK(edits(rgba_mask({200, 0, 0, 255, 0, 0, 0, 0}), 2) == row{true, false});
    CHECK(
        edits(rgba_mask({0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 0, 128}), 4)
        == row{true, false, false, true}
    );
    const samples pink{9, 8, 7, 255, 9, 8, 7, 0};
    CHECK(edits(test::lossless_webp_of(2, 1, pink), 2) == row{true, false});
}

TEST_CASE("masks may be PNG, JPEG or WebP") {
    const bitmap mask = half_white(64, 32);
    const std::array<std::string, 3> forms{
        *encode(mask, picture_format::png),
        test::jpeg_of(mask, {.quality = 80}),
        *encode(mask, picture_format::webp, 80)
    };
    for (const std::string& form : forms) {
        const auto drawn = to_ideogram_mask(form, 128, 64);
        REQUIRE(drawn.what == verdict::usable);
        const auto read = decode(drawn.png);
        REQUIRE(read);
        CHECK(sniff(drawn.png)->format == picture_format::png);
        CHECK(drawn.png[25] == 2); // the PNG's colour type: RGB, no alpha
        CHECK(test::pixel_at(*read, 0, 0) == mask_black);
        CHECK(test::pixel_at(*read, 127, 63) == mask_white);
        for (const std::uint8_t value : read->rgb) {
            CHECK_MESSAGE((value == 0 || value == 255), static_cast<int>(value));
        }
    }
}

TEST_CASE("a mask that marks nothing, or everything, is told apart") {
    CHECK(to_ideogram_mask(grey_mask({0, 0, 12}), 3, 1).what == verdict::keeps_all);
    CHECK(to_ideogram_mask(grey_mask({255, 200, 128}), 3, 1).what == verdict::repaints_all);
    CHECK(to_ideogram_mask(rgba_mask({0, 0, 0, 0, 0, 0, 0, 0}), 2, 1).what == verdict::keeps_all);
    // The one white pixel falls between two pixels of the picture.
    CHECK(to_ideogram_mask(grey_mask({0, 0, 0, 255, 0, 0}), 1, 1).what == verdict::repaints_all);
    CHECK(to_ideogram_mask(grey_mask({0, 255, 0, 0}), 2, 1).what == verdict::usable);
    CHECK(to_ideogram_mask(grey_mask({255, 0, 0, 0}), 2, 1).what == verdict::keeps_all);
}

TEST_CASE("what is no picture is no mask") {
    const std::string good = grey_mask({0, 255});
    CHECK(to_ideogram_mask("", 2, 1).what == verdict::unreadable);
    CHECK(to_ideogram_mask("GIF89a", 2, 1).what == verdict::unreadable);
    CHECK(to_ideogram_mask(good.substr(0, good.size() - 20), 2, 1).what == verdict::unreadable);
    CHECK(to_ideogram_mask(test::png_header(5000, 5000), 2, 1).what == verdict::unreadable);
    CHECK(to_ideogram_mask(good, 0, 1).what == verdict::unreadable);
}

TEST_CASE("in a mask of OpenAI's clients what is transparent is painted anew, whatever its colour"
) {
    const auto drawn = transparent_to_ideogram_mask(
        rgba_mask({255, 255, 255, 0, 0, 0, 0, 127, 9, 9, 9, 128, 255, 255, 255, 255}), 4, 1
    );
    REQUIRE(drawn.what == verdict::usable);
    const auto read = decode(drawn.png);
    REQUIRE(read);
    CHECK(test::pixel_at(*read, 0, 0) == mask_black);
    CHECK(test::pixel_at(*read, 1, 0) == mask_black);
    CHECK(test::pixel_at(*read, 2, 0) == mask_white);
    CHECK(test::pixel_at(*read, 3, 0) == mask_white);
    CHECK(transparent_to_ideogram_mask(grey_mask({0, 255}), 2, 1).what == verdict::keeps_all);
    const std::string nothing = rgba_mask({1, 2, 3, 0, 4, 5, 6, 0});
    CHECK(transparent_to_ideogram_mask(nothing, 2, 1).what == verdict::repaints_all);
    CHECK(transparent_to_ideogram_mask("GIF89a", 2, 1).what == verdict::unreadable);
}
