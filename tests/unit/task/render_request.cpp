#include "imagined/task/render_request.hpp"

#include "request_text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace task = imagined::task;
using nlohmann::json;

namespace {

task::render_request a_full_request() {
    task::render_request r;
    r.what = task::operation::instruct_edit;
    r.model = task::model::v2a_turbo;
    r.speed = task::rendering_speed::quality;
    r.prompt = "a \"red\" fox 🦊";
    r.negative_prompt = "fog";
    r.images = 3;
    r.aspect = task::ratio{191, 100.5};
    r.resolution = "1024x1024";
    r.seed = 2147483647;
    r.magic = task::magic_prompt::automatic;
    r.style_type = "ANIME";
    r.style_preset = "JAZZY";
    r.image_weight = 1;
    r.resemblance = 90;
    r.detail = 100;
    r.style_codes = {"0123abcd", "ffffffff"};
    r.color_palette = R"({"name":"EMBER"})";
    r.upscale_factor = "X2";
    r.describe_model = "V_2";
    r.transparent_background = true;
    r.pictures = {{"1320098173412546", 1}, {"1320098173412547", 2}};
    r.mask = task::picture_ref{"1320098173412548", 1};
    r.style_references = {{"a", 1}};
    r.character_references = {{"b", 4}};
    r.character_masks = {{"b", 5}};
    r.custom_model = "model/foxes/version/2";
    r.copyright_detection = true;
    r.may_drop = false;
    return r;
}

json written_request(const task::render_request& request, std::string_view usual_prompt) {
    std::string text;
    task::append_request(text, request, usual_prompt);
    return json::parse(text);
}

imagined::failure render_refusal(const json& value) {
    CAPTURE(value.dump());
    const auto read = task::render_request_from_json(value);
    REQUIRE_FALSE(read.has_value());
    return read.error();
}

} // namespace

TEST_CASE("a request survives its JSON form") {
    const auto full = a_full_request();
    CHECK(*task::render_request_from_json(task::to_json(full)) == full);
    const task::render_request usual;
    CHECK(*task::render_request_from_json(task::to_json(usual)) == usual);
}

TEST_CASE("only what differs from the default is written") {
    CHECK(task::to_json(task::render_request{}) == json::object());
    task::render_request zero_seed;
    zero_seed.seed = 0;
    CHECK(task::to_json(zero_seed) == json{{"seed", 0}});
}

TEST_CASE("a prompt that the reader knows is left out, and any other is written, even none") {
    task::render_request request;
    request.prompt = "a fox";
    CHECK(written_request(request, "a fox") == json::object());
    CHECK(written_request(request, "a cat") == json{{"prompt", "a fox"}});
    request.prompt.clear();
    CHECK(written_request(request, "a cat") == json{{"prompt", ""}});
}

TEST_CASE("the JSON form of a full request names every field once") {
    CHECK(task::to_json(a_full_request()).size() == 28);
}

TEST_CASE("an unknown key is ignored") {
    CHECK(*task::render_request_from_json(json{{"later", 1}}) == task::render_request{});
}

TEST_CASE("each field of a wrong type or range is refused by name") {
    struct row {
        const char* key;
        const char* value;
    };

    constexpr row rows[] = {
        {"op", R"("draw")"},
        {"op", "1"},
        {"op", R"("")"},
        {"model", R"("V_9")"},
        {"speed", R"("standard")"},
        {"prompt", "null"},
        {"negative", "1"},
        {"images", "1.5"},
        {"images", R"("1")"},
        {"images", "99999999999"},
        {"images", "18446744073709551615"},
        {"aspect", "[1]"},
        {"aspect", "[0,1]"},
        {"aspect", R"(["1",1])"},
        {"aspect", "[1,-1]"},
        {"aspect", "16"},
        {"resolution", "[]"},
        {"seed", "-1"},
        {"seed", "2147483648"},
        {"magic", R"("MAYBE")"},
        {"style", "{}"},
        {"preset", "false"},
        {"weight", "0"},
        {"weight", "101"},
        {"resemblance", "0"},
        {"detail", "101"},
        {"codes", R"("x")"},
        {"codes", "[1]"},
        {"palette", "{}"},
        {"factor", "2"},
        {"describe", "3"},
        {"transparent", "1"},
        {"pictures", "{}"},
        {"pictures", R"([["a"]])"},
        {"pictures", R"([[1,1]])"},
        {"mask", "null"},
        {"mask", R"(["a",99999999999])"},
        {"style_pictures", "1"},
        {"character_pictures", R"(["a"])"},
        {"may_drop", R"("yes")"},
    };
    for (const row& r : rows) {
        const auto error = render_refusal(json{{r.key, json::parse(r.value)}});
        CHECK(error.kind == imagined::failure_kind::corrupt);
        CHECK(error.detail == "request." + std::string(r.key) + " is unreadable");
    }
}

TEST_CASE("what is not an object is refused") {
    for (const char* text : {"null", "[]", "1", "\"x\""}) {
        CHECK(render_refusal(json::parse(text)).detail == "request is not an object");
    }
}

TEST_CASE("a class is the operation and the model") {
    CHECK(task::class_of({}) == "generate/V_3");
    CHECK(task::class_of(a_full_request()) == "instruct-edit/V_2A_TURBO");
}
