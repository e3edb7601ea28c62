#include "documents.hpp"
#include "drawing.hpp"
#include "lettering.hpp"

#include <doctest/doctest.h>

#include <string>

namespace imagined::sandbox {

TEST_CASE("a drawing is a PNG of the size that was asked for") {
    const auto png = draw_png({.text = "a fox", .width = 96, .height = 32});
    CHECK(picture_type(png) == "image/png");
    CHECK(size_of_picture(png) == pixel_size{96, 32});
}

TEST_CASE("equal content is drawn alike, and text, seed and place each make a difference") {
    const drawing fox{.text = "a fox", .seed = 1, .index = 0, .width = 64, .height = 64};
    const auto changed = [&](auto change) {
        drawing other = fox;
        change(other);
        return draw_png(other) != draw_png(fox);
    };
    CHECK(draw_png(fox) == draw_png(fox));
    CHECK(changed([](drawing& d) { d.text = "a dog"; }));
    CHECK(changed([](drawing& d) { d.seed = 2; }));
    CHECK(changed([](drawing& d) { d.index = 1; }));
}

TEST_CASE("a drawing's word leads back to it") {
    const drawing fox{
        .text = "狐狸 in the snow?", .seed = 2147483647, .index = 7, .width = 1536, .height = 512
    };
    CHECK(drawing_from_word(to_word(fox)) == fox);
    CHECK_FALSE(drawing_from_word("abc"));
    CHECK_FALSE(drawing_from_word("%%%"));
}

TEST_CASE("a long text is cut between characters in a drawing's word") {
    drawing long_text;
    for (int i = 0; i < 20; ++i) {
        long_text.text += "狐狸";
    }
    const auto back = drawing_from_word(to_word(long_text));
    REQUIRE(back);
    CHECK(back->text.size() == 48);
    long_text.text = "x" + long_text.text;
    CHECK(drawing_from_word(to_word(long_text))->text.size() == 46);
}

TEST_CASE("what is not in the alphabet is drawn as a box") {
    CHECK(glyph_of(U'a') == glyph_of(U'A'));
    CHECK(glyph_of(U'狐') == glyph_of(U'\x1'));
    CHECK(glyph_of(U'狐') != glyph_of(U'A'));
    CHECK(characters_of("a狐b").size() == 3);
}

TEST_CASE("the stated size of JPEG and WebP is found") {
    using namespace std::string_literals;
    const auto jpeg = "\xff\xd8\xff\xe0\x00\x04\x01\x02\xff\xc0\x00\x11\x08\x02\xe0\x05\x20\x03"s;
    CHECK(size_of_picture(jpeg) == pixel_size{1312, 736});
    const auto vp8x = "RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"
                      "\x1f\x05\x00\xdf\x02\x00"s;
    CHECK(size_of_picture(vp8x) == pixel_size{1312, 736});
    CHECK_FALSE(size_of_picture("GIF89a"));
    CHECK_FALSE(size_of_picture("\xff\xd8\xff\xe0"s));
}

} // namespace imagined::sandbox
