#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

json submit_edit(scene& s, const std::string& what, const json& body) {
    const auto answer = s.post("/mj/submit/" + what, body);
    CHECK(answer.status == 200);
    return json_of(answer);
}

task::submission accepted_edit(scene& s, const std::string& what, const json& body) {
    const json told = submit_edit(s, what, body);
    REQUIRE_MESSAGE(told["code"] == 1, told.dump());
    return s.submission(told["result"]);
}

std::string refused_edit(scene& s, const json& body, int code = 4) {
    const json told = submit_edit(s, "edits", body);
    CHECK_MESSAGE(told["code"] == code, told.dump());
    CHECK(told["result"].is_null());
    CHECK(s.tasks.empty());
    return told["description"];
}

scene_options serving_edits(std::vector<operation> operations) {
    scene_options options;
    options.operations = std::move(operations);
    return options;
}

// Left half black, right half white.
std::string half_white(std::uint32_t width, std::uint32_t height) {
    store::bitmap pixels;
    pixels.width = width;
    pixels.height = height;
    for (std::uint32_t i = 0; i < width * height; ++i) {
        const std::uint8_t shade = i % width < width / 2 ? 0 : 255;
        pixels.rgb.insert(pixels.rgb.end(), 3, shade);
    }
    return *store::encode(pixels, store::picture_format::png);
}

json wish(const json& more = json::object()) {
    json body{{"prompt", "a blue fox"}, {"image", to_base64(png(7, 16))}};
    body.update(more);
    return body;
}

} // namespace

TEST_CASE("an edit without a mask is an instructed edit where some backend has that") {
    scene s;
    s.web.show("https://x.example/a.png", png(7, 16));
    for (const char* route : {"edits", "edit"}) {
        const auto made = accepted_edit(s, route, wish({{"image", "https://x.example/a.png"}}));
        CHECK(made.what == task::action::edit);
        CHECK(made.prompt == "a blue fox");
        CHECK(made.request.what == operation::instruct_edit);
        CHECK(made.request.images == 4);
        CHECK(!made.request.mask);
        CHECK(!made.request.aspect);
        REQUIRE(made.request.pictures.size() == 1);
        const auto& picture = made.request.pictures[0];
        CHECK(*s.images->read(picture.id, picture.n) == png(7, 16));
    }
}

TEST_CASE("else it is a remix that keeps much of the picture, and its shape") {
    scene s(serving_edits({operation::remix}));
    const auto made = accepted_edit(s, "edits", wish());
    CHECK(made.request.what == operation::remix);
    CHECK(made.request.image_weight == 70);
    CHECK(made.request.aspect == task::ratio{16, 8});
    const auto told = accepted_edit(s, "edits", wish({{"prompt", "a blue fox --iw 1 --ar 1:1"}}));
    CHECK(told.request.image_weight == 50);
    CHECK(told.request.aspect == task::ratio{1, 1});
    CHECK(told.request.prompt == "a blue fox");
}

TEST_CASE("a retexture is a remix, else an instructed edit") {
    scene s;
    const auto made = accepted_edit(s, "retexture", wish());
    CHECK(made.what == task::action::edit);
    CHECK(made.request.what == operation::remix);
    CHECK(made.request.image_weight == 60);
    scene without(serving_edits({operation::instruct_edit}));
    CHECK(accepted_edit(without, "retexture", wish()).request.what == operation::instruct_edit);
}

TEST_CASE("a mask makes it an inpaint, with the mask as Ideogram has it") {
    scene s;
    const auto made =
        accepted_edit(s, "edits", wish({{"maskBase64", to_base64(half_white(40, 30))}}));
    CHECK(made.request.what == operation::inpaint);
    CHECK(made.request.model == task::model::v3);
    REQUIRE(made.request.mask.has_value());
    const auto mask = store::decode(*s.images->read(made.request.mask->id, made.request.mask->n));
    REQUIRE(mask.has_value());
    CHECK(mask->width == 16);
    CHECK(mask->height == 8);
    CHECK(mask->rgb.front() == 255); // black was kept
    CHECK(mask->rgb.back() == 0);    // white is drawn anew
}

TEST_CASE("without V_3's inpaint the mask goes to a model that has one") {
    scene_options options = serving_edits({operation::edit});
    options.models = {task::model::v2};
    scene s(options);
    const auto made =
        accepted_edit(s, "edits", wish({{"maskBase64", to_base64(half_white(8, 8))}}));
    CHECK(made.request.what == operation::edit);
    CHECK(made.request.model == task::model::v2);
    CHECK(!made.notes.empty());
}

TEST_CASE("an edit that cannot be made is refused, and leaves nothing") {
    scene s;
    CHECK(refused_edit(s, {{"prompt", "a"}}) == "image或prompt不能为空");
    CHECK(refused_edit(s, {{"image", to_base64(png())}}) == "image或prompt不能为空");
    CHECK(refused_edit(s, wish({{"image", "!!!"}})) == "base64格式错误");
    CHECK(mentions(refused_edit(s, wish({{"image", "http://10.0.0.1/a"}})), "fetch.allow"));
    CHECK(mentions(refused_edit(s, wish({{"prompt", "a --xyz"}})), "--xyz"));
    CHECK(mentions(refused_edit(s, wish({{"maskBase64", "!!!"}})), "maskBase64"));
    CHECK(mentions(refused_edit(s, wish({{"maskBase64", to_base64(png(0))}})), "maskBase64"));
    CHECK(mentions(refused_edit(s, wish({{"maskBase64", to_base64(png(255))}})), "maskBase64"));
    scene without(serving_edits({operation::generate}));
    refused_edit(without, wish(), 3);
    refused_edit(without, wish({{"maskBase64", to_base64(half_white(8, 8))}}), 3);
}
