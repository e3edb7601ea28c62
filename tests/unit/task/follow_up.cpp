#include "imagined/task/follow_up.hpp"

#include "imagined/task/mapping.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace imagined;
using task::model;
using task::operation;

namespace {

using pairs = std::vector<std::pair<operation, model>>;

// Backends that serve exactly these.
task::capability serving(pairs served) {
    return [served = std::move(served)](operation what, model with) {
        return std::find(served.begin(), served.end(), std::pair(what, with)) != served.end();
    };
}

const task::capability everything = [](operation, model) { return true; };

task::render_request drawn(model with = model::v3) {
    task::render_request request;
    request.model = with;
    request.prompt = "a red fox";
    request.negative_prompt = "fog";
    request.images = 4;
    request.aspect = task::ratio{16, 9};
    request.seed = 7;
    return request;
}

bool notes_name(const std::vector<std::string>& notes, std::string_view word) {
    return std::any_of(notes.begin(), notes.end(), [word](const std::string& note) {
        return note.find(word) != std::string::npos;
    });
}

} // namespace

TEST_CASE("a variation remixes with the model that drew the picture, without its seed") {
    const auto next = task::vary(drawn(), everything);
    REQUIRE(next);
    auto expected = drawn();
    expected.what = operation::remix;
    expected.seed.reset();
    CHECK(next->request == expected);
    CHECK(next->notes.empty());
}

TEST_CASE("repainting takes inpaint, or edit where only that is served") {
    const auto inpainted = task::repaint(drawn(), everything);
    REQUIRE(inpainted);
    CHECK(inpainted->request.what == operation::inpaint);
    CHECK_FALSE(inpainted->request.aspect);
    CHECK(inpainted->request.negative_prompt.empty());
    CHECK(notes_name(inpainted->notes, "--no fog"));
    const auto edited = task::repaint(drawn(), serving({{operation::edit, model::v3}}));
    REQUIRE(edited);
    CHECK(edited->request.what == operation::edit);
}

TEST_CASE("another model does what the picture's own cannot, and a note says so") {
    const auto next = task::repaint(
        drawn(model::v1), serving({{operation::inpaint, model::v2}, {operation::remix, model::v1}})
    );
    REQUIRE(next);
    CHECK(next->request.model == model::v2);
    CHECK(notes_name(next->notes, "V_1; V_2 was used"));
    // The newest comes first.
    CHECK(task::repaint(drawn(model::v1), everything)->request.model == model::v1);
    const auto not_own = [](operation, model with) { return task::base_of(with) != model::v1; };
    CHECK(task::repaint(drawn(model::v1), not_own)->request.model == model::v3);
}

TEST_CASE("a sister model is nearer than another one, and speed is kept where it can") {
    const pairs both{{operation::remix, model::v2}, {operation::remix, model::v3}};
    CHECK(task::vary(drawn(model::v2_turbo), serving(both))->request.model == model::v2);
    const auto fast = task::vary(drawn(model::v1_turbo), serving({{operation::remix, model::v3}}));
    REQUIRE(fast);
    CHECK(fast->request.speed == task::rendering_speed::turbo);
    const auto slow = task::vary(drawn(model::v1), serving({{operation::remix, model::v3}}));
    CHECK(slow->request.speed == task::rendering_speed::standard);
}

TEST_CASE("subtle keeps much and adds some, creative the other way round") {
    auto parent = drawn();
    parent.what = operation::remix;
    parent.image_weight = 25;
    const auto subtle = task::enlarge(parent, false, everything);
    const auto creative = task::enlarge(parent, true, everything);
    REQUIRE(subtle);
    REQUIRE(creative);
    CHECK(subtle->request.what == operation::upscale);
    CHECK(subtle->request.images == 1);
    CHECK(subtle->request.resemblance == 90);
    CHECK(subtle->request.detail == 50);
    CHECK(creative->request.resemblance == 50);
    CHECK(creative->request.detail == 90);
    CHECK_FALSE(subtle->request.image_weight);
}

TEST_CASE("a square is reframed to 1:1") {
    const auto next = task::reframe_square(drawn(), everything);
    REQUIRE(next);
    CHECK(next->request.what == operation::reframe);
    CHECK(next->request.aspect == task::ratio{1, 1});
}

TEST_CASE("once more is the same operation with the same pictures") {
    auto parent = drawn();
    parent.what = operation::inpaint;
    parent.pictures = {{"1760000000000001", 90}};
    parent.mask = task::picture_ref{"1760000000000001", 91};
    const auto next = task::repeat(parent, everything);
    REQUIRE(next);
    auto expected = parent;
    expected.seed.reset();
    CHECK(next->request == expected);
    CHECK(
        task::repeat(parent, serving({{operation::edit, model::v3}}))->request.what
        == operation::edit
    );
    CHECK_FALSE(task::repeat(parent, serving({{operation::generate, model::v3}})));
}

TEST_CASE("what nobody serves is nothing, and gets no button") {
    const auto nothing = serving({});
    CHECK_FALSE(task::vary(drawn(), nothing));
    CHECK_FALSE(task::repaint(drawn(), nothing));
    CHECK_FALSE(task::reframe_square(drawn(), nothing));
    CHECK_FALSE(task::enlarge(drawn(), true, nothing));
    CHECK_FALSE(task::repeat(drawn(), nothing));
    const auto none = task::support_of(drawn(), nothing);
    CHECK_FALSE((none.reroll || none.vary || none.repaint || none.square || none.upscale));
    const auto reframing = task::support_of(drawn(), serving({{operation::reframe, model::v3}}));
    CHECK(reframing.square);
    CHECK_FALSE(reframing.repaint);
    const auto all = task::support_of(drawn(), everything);
    CHECK((all.reroll && all.vary && all.repaint && all.square && all.upscale));
}

TEST_CASE("new words keep the pictures, the mask and the frame") {
    auto request = task::repaint(drawn(), everything)->request;
    request.pictures = {{"1760000000000001", 2}};
    request.mask = task::picture_ref{"1760000000000002", 91};
    request.style_references = {{"1760000000000001", 91}};
    const auto parsed = task::parse_prompt("a hat --style raw");
    REQUIRE(parsed.has_value());
    auto mapped = task::map_imagine(*parsed, {}, {}, operation::inpaint);
    task::take_words(request, *parsed, std::move(mapped.request));
    CHECK(request.prompt == "a hat");
    CHECK(request.magic == task::magic_prompt::off);
    CHECK(request.what == operation::inpaint);
    CHECK(request.pictures.size() == 1);
    CHECK(request.mask == task::picture_ref{"1760000000000002", 91});
    CHECK(request.style_references.size() == 1);
    CHECK(request.images == 4);
}

TEST_CASE("new words may bring a frame and a weight") {
    auto request = task::vary(drawn(), everything)->request;
    request.image_weight = 80;
    const auto plain = task::parse_prompt("a wolf");
    REQUIRE(plain.has_value());
    auto kept = request;
    task::take_words(kept, *plain, task::map_imagine(*plain, {}, {}, operation::remix).request);
    CHECK(kept.aspect == task::ratio{16, 9});
    CHECK(kept.image_weight == 80);
    const auto framed = task::parse_prompt("a wolf --ar 2:3 --iw 1");
    REQUIRE(framed.has_value());
    task::take_words(
        request, *framed, task::map_imagine(*framed, {}, {}, operation::remix).request
    );
    CHECK(request.aspect == task::ratio{2, 3});
    CHECK(request.image_weight == 50);
}
