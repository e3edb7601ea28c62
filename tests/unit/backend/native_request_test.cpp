#include "a_request.hpp"

#include "imagined/backend/native_request.hpp"

#include <doctest/doctest.h>

#include <string>

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

std::string refusal(const native_question& asked, const json& body) {
    const auto made = read_native(asked, json_type, body.dump());
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == failure_kind::invalid);
    return made.error().detail;
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
        CHECK(made.error().kind == failure_kind::corrupt);
    }
    const auto form = read_native(about(operation::generate), "multipart/form-data", "x");
    CHECK(form.error().kind == failure_kind::corrupt);
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
