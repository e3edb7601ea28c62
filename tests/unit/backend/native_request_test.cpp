#include "tests/support/a_request.hpp"

#include "imagined/backend/words.hpp"

#include "imagined/backend/native_request.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::operation;

constexpr const char* json_type = "application/json";

native_question about(operation what, generation which = generation::as_told) {
    native_question asked;
    asked.what = what;
    asked.which = which;
    return asked;
}

native_question from_a_relay(operation what, generation which) {
    native_question asked = about(what, which);
    asked.by = strictness::relays;
    return asked;
}

native_request read(const native_question& asked, const json& body) {
    return read_native(asked, json_type, body.dump()).value();
}

task::bilingual refused(const native_question& asked, const json& body) {
    const auto made = read_native(asked, json_type, body.dump());
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().what == native_refusal::kind::invalid);
    return made.error().why;
}

std::string refusal(const native_question& asked, const json& body) {
    return refused(asked, body).en;
}

bool mentions(const std::string& text, std::string_view word) {
    return text.find(word) != std::string::npos;
}

http::multipart a_form(std::string boundary_salt = "") {
    return http::write_multipart(
        {{.name = "prompt", .filename = {}, .content_type = {}, .body = "a fox"},
         {.name = "num_images", .filename = {}, .content_type = {}, .body = "2"},
         {.name = "image", .filename = "a.png", .content_type = "image/png", .body = "bytes"},
         {.name = "style_reference_images", .filename = "b", .content_type = {}, .body = "1"},
         {.name = "style_reference_images", .filename = "c", .content_type = {}, .body = "2"},
         {.name = "negative_prompt",
          .filename = {},
          .content_type = {},
          .body = "fog" + boundary_salt}}
    );
}

} // namespace

TEST_CASE("a V3 request arrives whole") {
    const auto made = read(
                          about(operation::generate),
                          {{"prompt", "a fox"},
                           {"aspect_ratio", "16x10"},
                           {"rendering_speed", "QUALITY"},
                           {"magic_prompt", "OFF"},
                           {"negative_prompt", "fog"},
                           {"num_images", 3},
                           {"seed", 7},
                           {"style_type", "FICTION"},
                           {"style_preset", "BAUHAUS"},
                           {"color_palette", {{"name", "EMBER"}}}}
    ).request;
    CHECK(made.model == task::model::v3);
    CHECK(made.prompt == "a fox");
    CHECK(made.aspect == task::ratio{16, 10});
    CHECK(made.speed == task::rendering_speed::quality);
    CHECK(made.magic == task::magic_prompt::off);
    CHECK(made.negative_prompt == "fog");
    CHECK(made.images == 3);
    CHECK(made.seed == 7);
    CHECK(made.style_type == "FICTION");
    CHECK(made.style_preset == "BAUHAUS");
    CHECK(json::parse(made.color_palette) == json{{"name", "EMBER"}});
    CHECK_FALSE(made.may_drop);
}

TEST_CASE("image_request, or an older model, means the older form") {
    const json inner{{"prompt", "a fox"}, {"resolution", "RESOLUTION_1472_640"}};
    const auto wrapped = read(about(operation::generate), {{"image_request", inner}}).request;
    CHECK(wrapped.model == task::model::v2);
    CHECK(wrapped.resolution == "1472x640");
    json flat = inner;
    flat["model"] = "V_2_TURBO";
    CHECK(read(about(operation::generate), flat).request.model == task::model::v2_turbo);
    json beside{{"image_request", inner}, {"model", "V_2_TURBO"}};
    CHECK(read(about(operation::generate), beside).request.model == task::model::v2_turbo);
}

TEST_CASE("a form is read like JSON, whatever its boundary") {
    const auto form = a_form();
    const auto made = read_native(about(operation::remix), form.content_type, form.body).value();
    CHECK(made.request.images == 2);
    REQUIRE(made.pictures.size() == 3);
    CHECK(made.pictures[0].bytes == "bytes");
    CHECK(made.pictures[0].as == native_picture::role::input);
    CHECK(made.pictures[2].as == native_picture::role::style);
    const auto again = a_form();
    CHECK(
        made.digest
        == read_native(about(operation::remix), again.content_type, again.body).value().digest
    );
    const auto other = a_form("!");
    CHECK(
        made.digest
        != read_native(about(operation::remix), other.content_type, other.body).value().digest
    );
}

TEST_CASE("pictures are strings or arrays of strings in JSON") {
    const auto one = read(about(operation::remix), {{"prompt", "x"}, {"image", "https://a/b"}});
    REQUIRE(one.pictures.size() == 1);
    CHECK(one.pictures[0].text == "https://a/b");
    const auto many = read(
        about(operation::instruct_edit), {{"prompt", "x"}, {"images", json::array({"a", "b"})}}
    );
    CHECK(many.pictures.size() == 2);
}

TEST_CASE("what is wrong is named") {
    const auto generate = about(operation::generate);
    const auto older = [](json inner) { return json{{"image_request", std::move(inner)}}; };
    CHECK(mentions(
        refusal(generate, older({{"prompt", "x"}, {"aspect_ratio", "SPECT_16_10"}})), "SPECT_16_10"
    ));
    CHECK(mentions(refusal(generate, json::object()), "prompt"));
    CHECK(mentions(refusal(generate, {{"prompt", "x"}, {"colour", 1}}), "unknown field colour"));
    CHECK(mentions(
        refusal(generate, older({{"prompt", "x"}, {"model", "V_1"}, {"style_type", "AUTO"}})),
        "style_type is not available for model V_1"
    ));
    CHECK(mentions(refusal(generate, {{"prompt", "x"}, {"model", "V_7"}}), "model"));
    CHECK(mentions(refusal(generate, {{"prompt", "x"}, {"seed", 2147483648}}), "seed"));
    CHECK(mentions(
        refusal(generate, {{"prompt", "x"}, {"aspect_ratio", "1x1"}, {"resolution", "1024x1024"}}),
        "resolution"
    ));
    CHECK(mentions(refusal(generate, {{"prompt", "x"}, {"notifyHook", "y"}}), "notifyHook"));
    CHECK(mentions(
        refusal(about(operation::edit), {{"prompt", "x"}, {"image", "y"}}), "mask is required"
    ));
    CHECK(mentions(
        refusal(about(operation::generate, generation::older), {{"prompt", "x"}}), "image_request"
    ));
    CHECK(mentions(
        refusal(about(operation::remix), {{"prompt", "x"}, {"image", json::array({"a", "b"})}}),
        "image may hold 1"
    ));
    CHECK(mentions(
        refusal(about(operation::upscale), older({{"image_file", "inside"}})), "image_file"
    ));
}

TEST_CASE("what cannot be read at all is another kind of failure") {
    for (const char* body : {"", "{", "[]", "7"}) {
        const auto made = read_native(about(operation::generate), json_type, body);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().what == native_refusal::kind::unreadable);
    }
    const auto form = read_native(about(operation::generate), "multipart/form-data", "x");
    CHECK(form.error().what == native_refusal::kind::unreadable);
}

TEST_CASE("a closed field's refusal lists what it may hold there, in both languages") {
    struct row {
        operation what;
        json body;
        std::string field;
        std::string told;
        std::string list;
    };

    const auto older = [](json more) {
        json inner{{"prompt", "x"}};
        inner.update(more);
        return json{{"image_request", inner}};
    };
    const auto newest = [](json more) {
        json body{{"prompt", "x"}};
        body.update(more);
        return body;
    };
    using enum operation;
    const std::string old_styles = "AUTO, GENERAL, REALISTIC, DESIGN, RENDER_3D, ANIME, FICTION";
    const std::string old_aspects =
        "ASPECT_10_16, ASPECT_16_10, ASPECT_9_16, ASPECT_16_9, ASPECT_3_2, ASPECT_2_3, ASPECT_4_3, "
        "ASPECT_3_4, ASPECT_1_1, ASPECT_1_3, ASPECT_3_1";
    const std::string aspects = "1x3, 3x1, 1x2, 2x1, 9x16, 16x9, 10x16, 16x10, 2x3, 3x2, 3x4, 4x3, "
                                "4x5, 5x4, 1x1";
    const std::vector<row> rows{
        {generate, older({{"style_type", "SPECT"}}), "style_type", "\"SPECT\"", old_styles},
        {generate, older({{"style_type", 16}}), "style_type", "16", old_styles},
        {generate,
         newest({{"style_type", "SPECT"}}),
         "style_type",
         "\"SPECT\"",
         "AUTO, GENERAL, REALISTIC, DESIGN, FICTION"},
        {generate,
         older({{"aspect_ratio", "SPECT_16_10"}}),
         "aspect_ratio",
         "\"SPECT_16_10\"",
         old_aspects},
        {generate, newest({{"aspect_ratio", "21x9"}}), "aspect_ratio", "\"21x9\"", aspects},
        {generate,
         older({{"magic_prompt_option", "YES"}}),
         "magic_prompt_option",
         "\"YES\"",
         "AUTO, ON, OFF"},
        {generate, newest({{"magic_prompt", true}}), "magic_prompt", "true", "AUTO, ON, OFF"},
        {generate,
         newest({{"rendering_speed", "FAST"}}),
         "rendering_speed",
         "\"FAST\"",
         "FLASH, TURBO, DEFAULT, QUALITY"},
        {generate_transparent,
         newest({{"rendering_speed", "FLASH"}}),
         "rendering_speed",
         "\"FLASH\"",
         "TURBO, DEFAULT, QUALITY"},
        {generate_transparent,
         newest({{"upscale_factor", "X3"}}),
         "upscale_factor",
         "\"X3\"",
         "X1, X2, X4"},
        {describe,
         {{"image_file", "a"}, {"describe_model_version", "V_9"}},
         "describe_model_version",
         "\"V_9\"",
         "V_2, V_3"},
        {instruct_edit,
         newest({{"transparent_background", "yes"}}),
         "transparent_background",
         "\"yes\"",
         "true, false"},
        {generate,
         newest({{"color_palette", {{"name", "BLUE"}}}}),
         "color_palette.name",
         "\"BLUE\"",
         "EMBER, FRESH, JUNGLE, MAGIC, MELON, MOSAIC, PASTEL, ULTRAMARINE"}
    };
    for (const row& r : rows) {
        CAPTURE(r.body.dump());
        const auto why = refused(about(r.what), r.body);
        CHECK(
            why.en
            == fmt::format("{}: {} is not allowed; expected one of {}", r.field, r.told, r.list)
        );
        CHECK(why.zh == fmt::format("{}: {} 不可用，可选值: {}", r.field, r.told, r.list));
    }
}

TEST_CASE("a refused resolution lists those of its model's family") {
    const json older{{"image_request", {{"prompt", "x"}, {"resolution", "1024x1024"}}}};
    const auto old = refused(about(operation::generate), older);
    CHECK(old.en.starts_with("resolution: \"1024x1024\" is not allowed; expected one of "
                             "RESOLUTION_512_1536, RESOLUTION_576_1408, "));
    CHECK(old.zh.ends_with(", RESOLUTION_1536_640"));
    const auto newest = refused(
        about(operation::reframe), {{"image", "a"}, {"resolution", "RESOLUTION_1024_1024"}}
    );
    CHECK(mentions(newest.en, "expected one of 512x1536, 576x1408, "));
    CHECK(newest.zh.ends_with(", 1536x640"));
}

TEST_CASE("a refused preset lists all of them") {
    const auto why =
        refused(about(operation::generate), {{"prompt", "x"}, {"style_preset", "bauhaus"}});
    for (const auto preset : words::v3_presets) {
        CHECK(mentions(why.en, preset));
    }
}

TEST_CASE("a refused model lists those that the operation has there") {
    const auto edit = refused(
        about(operation::edit), {{"prompt", "x"}, {"model", "V_1"}, {"image", "a"}, {"mask", "b"}}
    );
    CHECK(edit.en == "model: \"V_1\" is not allowed for edit; expected one of V_2, V_2_TURBO, V_3");
    CHECK(edit.zh == "model: \"V_1\" 不可用于 edit，可选值: V_2, V_2_TURBO, V_3");
    const auto unknown = refused(about(operation::generate), {{"prompt", "x"}, {"model", "V_9"}});
    CHECK(mentions(
        unknown.en, "expected one of V_1, V_1_TURBO, V_2, V_2_TURBO, V_2A, V_2A_TURBO, V_3"
    ));
    const json inner{{"prompt", "x"}, {"model", "V_3"}};
    const auto on_an_older_path =
        refused(about(operation::generate, generation::older), {{"image_request", inner}});
    CHECK(mentions(on_an_older_path.en, "expected one of V_1, "));
    CHECK_FALSE(mentions(on_an_older_path.en, "V_3,"));
    CHECK_FALSE(on_an_older_path.en.ends_with("V_3"));
    const auto required = refused(
        about(operation::reframe, generation::older),
        {{"image_file", "a"}, {"resolution", "RESOLUTION_1024_1024"}}
    );
    CHECK(required.en == "model is required; expected one of V_2, V_2_TURBO");
    const auto elsewhere = refused(
        about(operation::generate), {{"prompt", "x"}, {"model", "V_2A"}, {"negative_prompt", "y"}}
    );
    CHECK(
        elsewhere.en
        == "negative_prompt is not available for model V_2A; it is for V_1, V_1_TURBO, V_2, "
           "V_2_TURBO, V_3"
    );
    const auto wrapped =
        refused(about(operation::replace_background), {{"image_request", {{"prompt", "x"}}}});
    CHECK(wrapped.en == "replace-background has no older form; expected model to be one of V_3");
}

TEST_CASE("a long refused value is cut between characters") {
    std::string fox;
    for (int i = 0; i < 10000; ++i) {
        fox += "狐";
    }
    const auto why = refused(about(operation::generate), {{"prompt", "x"}, {"style_type", fox}});
    CHECK(why.en.size() < 250);
    CHECK(mentions(why.en, "狐… is not allowed"));
}

TEST_CASE("a Chinese refusal has no English sentence in it") {
    const std::vector<std::pair<operation, json>> refused_bodies{
        {operation::generate, json::object()},
        {operation::generate, {{"prompt", ""}}},
        {operation::generate, {{"prompt", 7}}},
        {operation::generate, {{"prompt", "x"}, {"colour", 1}}},
        {operation::generate, {{"prompt", "x"}, {"seed", -1}}},
        {operation::generate, {{"prompt", "x"}, {"seed", "one"}}},
        {operation::generate, {{"prompt", "x"}, {"style_codes", {"red"}}}},
        {operation::generate, {{"prompt", "x"}, {"color_palette", 1}}},
        {operation::generate, {{"prompt", "x"}, {"color_palette", {{"members", json::array()}}}}},
        {operation::generate, {{"prompt", "x"}, {"color_palette", {{"members", {1}}}}}},
        {operation::generate, {{"prompt", "x"}, {"custom_model_uri", "model/a"}}},
        {operation::generate, {{"prompt", "x"}, {"custom_model_uri", 7}}},
        {operation::generate, {{"prompt", "x"}, {"enable_copyright_detection", "perhaps"}}},
        {operation::generate, {{"prompt", "x"}, {"character_reference_images_mask", "m"}}},
        {operation::generate,
         {{"prompt", "x"}, {"aspect_ratio", "1x1"}, {"resolution", "1024x1024"}}},
        {operation::generate, {{"image_request", 7}}},
        {operation::generate, {{"image_request", {{"prompt", "x"}}}, {"seed", 1}}},
        {operation::remix, {{"prompt", "x"}}},
        {operation::remix, {{"prompt", "x"}, {"image", 7}}},
        {operation::remix, {{"prompt", "x"}, {"image", ""}}},
        {operation::remix, {{"prompt", "x"}, {"image", {"a", "b"}}}},
        {operation::remix, {{"image_request", {{"prompt", "x"}, {"image_file", "a"}}}}},
        {operation::reframe, {{"model", "V_1"}, {"image_file", "a"}}}
    };
    for (const auto& [what, body] : refused_bodies) {
        CAPTURE(body.dump());
        const auto why = refused(about(what), body);
        for (const char* word : {" is ", " must ", " may ", " not ", " expected ", " needs "}) {
            CHECK_FALSE(mentions(why.zh, word));
        }
        CHECK(why.zh != why.en);
    }
}

TEST_CASE("the task's own fields stand beside Ideogram's") {
    auto asked = about(operation::generate);
    asked.with_task_fields = true;
    const auto made =
        read(asked, {{"prompt", "x"}, {"notifyHook", "http://h/"}, {"state", "mine"}});
    CHECK(made.notify_hook == "http://h/");
    CHECK(made.state == "mine");
    CHECK(mentions(refusal(asked, {{"prompt", "x"}, {"state", 7}}), "state"));
}

TEST_CASE("what relays add to Ideogram's words is understood on its paths only") {
    const auto v3 = from_a_relay(operation::generate, generation::version_3);
    const auto made = read(
        v3,
        {{"prompt", "x"},
         {"model", "V_3"},
         {"aspect_ratio", "ASPECT_16_9"},
         {"magic_prompt_option", "ON"}}
    );
    CHECK(made.request.aspect == task::ratio{16, 9});
    CHECK(made.request.magic == task::magic_prompt::on);
    CHECK(mentions(
        refusal(about(operation::generate), {{"prompt", "x"}, {"aspect_ratio", "ASPECT_16_9"}}),
        "aspect_ratio"
    ));
    // mjdjourney's sample has a documentation tool's placeholder where it has no value.
    const json sample{
        {"image_request",
         {{"prompt", "x"}, {"aspect_ratio", "ASPECT_1_1"}, {"resolution", "string"}}}
    };
    CHECK(read(from_a_relay(operation::generate, generation::older), sample)
              .request.resolution.empty());
    CHECK(mentions(refusal(about(operation::generate), sample), "resolution"));
    // camel's page lists these for its edit; Ideogram has none of the kind.
    const json edit{
        {"prompt", "x"},
        {"image", "a"},
        {"mask", "b"},
        {"aspect_ratio", "16x9"},
        {"negative_prompt", "y"}
    };
    CHECK_FALSE(read(from_a_relay(operation::edit, generation::version_3), edit).request.aspect);
    CHECK(mentions(refusal(about(operation::edit), edit), "aspect_ratio"));
}

} // namespace imagined::backend
