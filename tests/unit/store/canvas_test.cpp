#include "imagined/store/canvas.hpp"

#include "pictures.hpp"

using namespace imagined;
using namespace imagined::store;

namespace {

constexpr test::colour canvas_black = 0x000000;
constexpr test::colour canvas_white = 0xffffff;

struct drawn {
    bitmap picture;
    bitmap mask;
};

drawn draw(const bitmap& picture, const canvas_plan& plan) {
    const auto made = draw_canvas(*encode(picture, picture_format::png), plan);
    REQUIRE(made);
    auto shown = decode(made->picture);
    auto mask = decode(made->mask);
    REQUIRE(shown);
    REQUIRE(mask);
    CHECK(shown->width == plan.canvas.width);
    CHECK(shown->height == plan.canvas.height);
    CHECK(mask->width == plan.canvas.width);
    CHECK(mask->height == plan.canvas.height);
    return {std::move(*shown), std::move(*mask)};
}

// The mask is white exactly in [left, right) x [top, bottom).
void check_kept(const bitmap& mask, dimensions from, dimensions to) {
    std::size_t wrong = 0;
    for (std::uint32_t y = 0; y < mask.height; ++y) {
        for (std::uint32_t x = 0; x < mask.width; ++x) {
            const bool kept = x >= from.width && x < to.width && y >= from.height && y < to.height;
            wrong += test::pixel_at(mask, x, y) == (kept ? canvas_white : canvas_black) ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("zooming out puts the picture at 1/zoom into the middle of a canvas of its size") {
    CHECK(plan_zoom({1024, 1024}, 2) == canvas_plan{{1024, 1024}, 256, 256, {512, 512}});
    CHECK(plan_zoom({1312, 736}, 2) == canvas_plan{{1312, 736}, 328, 184, {656, 368}});
    CHECK(plan_zoom({1024, 1024}, 1.5) == canvas_plan{{1024, 1024}, 170, 170, {683, 683}});
    CHECK(plan_zoom({1024, 1024}, 1) == canvas_plan{{1024, 1024}, 0, 0, {1024, 1024}});
    CHECK(plan_zoom({1024, 1024}, 0.2) == plan_zoom({1024, 1024}, 1));
}

TEST_CASE("a zoom with another shape holds the picture and has as many pixels") {
    const auto wide = plan_zoom({1024, 1024}, 1, 2.0);
    CHECK(wide.canvas == dimensions{1448, 724});
    CHECK(wide.picture == dimensions{724, 724});
    CHECK(wide.left == 362);
    CHECK(wide.top == 0);
    const auto tall = plan_zoom({1248, 832}, 2, 2.0 / 3);
    CHECK(tall.canvas == dimensions{832, 1248});
    CHECK(tall.picture == dimensions{416, 277});
    // 16:9 is what a 1312x736 picture was asked for.
    CHECK(plan_zoom({1312, 736}, 1.8, 16.0 / 9) == plan_zoom({1312, 736}, 1.8));
    const auto extreme = plan_zoom({1024, 1024}, 1, 40.0);
    CHECK(extreme.canvas == dimensions{1774, 591});
}

TEST_CASE("a pan adds half the picture's extent on its side") {
    using to = pan_direction;
    CHECK(plan_pan({1024, 768}, to::left) == canvas_plan{{1536, 768}, 512, 0, {1024, 768}});
    CHECK(plan_pan({1024, 768}, to::right) == canvas_plan{{1536, 768}, 0, 0, {1024, 768}});
    CHECK(plan_pan({1024, 768}, to::up) == canvas_plan{{1024, 1152}, 0, 384, {1024, 768}});
    CHECK(plan_pan({1024, 768}, to::down) == canvas_plan{{1024, 1152}, 0, 0, {1024, 768}});
}

TEST_CASE("a pan that would become too long moves the picture out of the other side") {
    using to = pan_direction;
    CHECK(plan_pan({1536, 512}, to::left) == canvas_plan{{1536, 512}, 768, 0, {1536, 512}});
    CHECK(plan_pan({1536, 512}, to::right) == canvas_plan{{1536, 512}, -768, 0, {1536, 512}});
    CHECK(plan_pan({512, 1536}, to::down) == canvas_plan{{512, 1536}, 0, -768, {512, 1536}});
    CHECK(plan_pan({1536, 512}, to::up).canvas == dimensions{1536, 768});
    // Still long, but shorter than it was.
    CHECK(plan_pan({2000, 400}, to::up).canvas == dimensions{2000, 600});
}

TEST_CASE("a square is as long as the longer side") {
    CHECK(plan_square({1312, 736}) == canvas_plan{{1312, 1312}, 0, 288, {1312, 736}});
    CHECK(plan_square({736, 1312}) == canvas_plan{{1312, 1312}, 288, 0, {736, 1312}});
}

TEST_CASE("a canvas never has more pixels than backends take") {
    for (const dimensions size :
         {dimensions{2048, 2048}, {4096, 4096}, {6000, 2000}, {9000, 9001}}) {
        for (const auto& plan :
             {plan_zoom(size, 2),
              plan_pan(size, pan_direction::left),
              plan_pan(size, pan_direction::down),
              plan_square(size)}) {
            CHECK(std::uint64_t{plan.canvas.width} * plan.canvas.height <= max_canvas_pixels);
            CHECK(plan.canvas.width > 0);
        }
    }
    const auto large = plan_pan({2048, 2048}, pan_direction::left);
    CHECK(large.canvas.width == 2508);
    CHECK(large.picture == dimensions{1672, 1672});
    CHECK(large.left == 836);
}

TEST_CASE("only a picture that fills its canvas covers all of it") {
    CHECK(covers_all(plan_zoom({100, 100}, 1)));
    CHECK(covers_all(plan_square({100, 100})));
    CHECK_FALSE(covers_all(plan_zoom({100, 100}, 1.01)));
    CHECK_FALSE(covers_all(plan_zoom({100, 100}, 1, 2.0)));
    CHECK_FALSE(covers_all(plan_pan({300, 100}, pan_direction::right)));
}

TEST_CASE("pan left shows the picture shifted, untouched, and masks the new strip") {
    const bitmap picture = test::busy(60, 40);
    const auto [shown, mask] = draw(picture, plan_pan({60, 40}, pan_direction::left));
    for (std::uint32_t y = 0; y < 40; ++y) {
        for (std::uint32_t x = 0; x < 60; ++x) {
            REQUIRE(test::pixel_at(shown, x + 30, y) == test::pixel_at(picture, x, y));
        }
        // The border colours run on.
        CHECK(test::pixel_at(shown, 0, y) == test::pixel_at(picture, 0, y));
    }
    check_kept(mask, {30, 0}, {90, 40});
}

TEST_CASE("a pan that moves the picture out keeps what is left of it") {
    const bitmap picture = test::busy(90, 30);
    const auto [shown, mask] = draw(picture, plan_pan({90, 30}, pan_direction::right));
    CHECK(test::pixel_at(shown, 0, 7) == test::pixel_at(picture, 45, 7));
    CHECK(test::pixel_at(shown, 44, 29) == test::pixel_at(picture, 89, 29));
    check_kept(mask, {0, 0}, {45, 30});
}

TEST_CASE("zooming out 2x holds the picture at half its size in the middle") {
    const auto [shown, mask] = draw(test::flat(80, 40, 0x336699), plan_zoom({80, 40}, 2));
    CHECK(test::pixel_at(shown, 40, 20) == 0x336699);
    check_kept(mask, {20, 10}, {60, 30});
    // Every pixel of the middle is the average of four of the picture.
    bitmap picture = test::flat(4, 4, canvas_black);
    picture.rgb[0] = 200;
    const auto small = draw(picture, plan_zoom({4, 4}, 2));
    CHECK(test::pixel_at(small.picture, 1, 1) == 0x320000);
    CHECK(test::pixel_at(small.picture, 2, 2) == canvas_black);
}

TEST_CASE("a canvas fails as its picture does") {
    CHECK_FALSE(draw_canvas("no picture", plan_zoom({8, 8}, 2)).has_value());
}

TEST_CASE("a canvas that is too large as PNG is a JPEG") {
    const bitmap picture = test::busy(1900, 1900);
    const auto made =
        draw_canvas(*encode(picture, picture_format::png), plan_zoom({1900, 1900}, 1.01));
    REQUIRE(made);
    CHECK(made->picture.size() <= max_canvas_bytes);
    CHECK(sniff(made->mask)->format == picture_format::png);
}
