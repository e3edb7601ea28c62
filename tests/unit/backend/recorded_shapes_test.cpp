// The example answers of the documents, each with the fields, spellings and nulls that it has there
// and shorter texts: what a dialect's decoder must make of it.
#include "tests/support/a_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using task::model;
using task::operation;

struct recorded_cell {
    std::string_view dialect;
    operation what;
    model with = model::v3;
};

outcome decoded_as(const recorded_cell& of, std::string body, int status = 200) {
    http::response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = std::move(body);
    const auto request = test::a_request(of.what, of.with);
    const auto* speaks = find_dialect(of.dialect);
    REQUIRE(speaks->serves(of.what, of.with));
    return speaks->decode(request, response);
}

void check_recorded_pictures(
    const recorded_cell& of, const std::string& body, const std::vector<answered_picture>& wanted
) {
    const auto got = decoded_as(of, body);
    REQUIRE(got.what == verdict::answered);
    const auto& pictures = got.answer->pictures;
    REQUIRE(pictures.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CAPTURE(i);
        CHECK(pictures[i].url == wanted[i].url);
        CHECK(pictures[i].safe == wanted[i].safe);
        CHECK(pictures[i].seed == wanted[i].seed);
        CHECK(pictures[i].prompt == wanted[i].prompt);
        CHECK(pictures[i].resolution == wanted[i].resolution);
    }
    CHECK(got.answer->raw == body);
    CHECK(got.answer->descriptions.empty());
}

void check_recorded_texts(
    const recorded_cell& of, const std::string& body, const std::vector<std::string>& wanted
) {
    const auto got = decoded_as(of, body);
    REQUIRE(got.what == verdict::answered);
    CHECK(got.answer->descriptions == wanted);
    CHECK(got.answer->pictures.empty());
}

const std::string direct = "https://ideogram.ai/api/images/direct/8YEpFzHuS-S6xXEGmCsf7g";
const std::string ephemeral =
    "https://ideogram.ai/api/images/ephemeral/Wkoxvq.png?exp=1734370337&sig=110fe9";

const answered_picture a_beach{
    .url = direct, .safe = true, .seed = 12345, .prompt = "A beach", .resolution = "1024x1024"
};

// What camel's page shows for each of its older operations, and Ideogram's own reference too.
const std::string one_direct =
    R"({"created":"2000-01-23T04:56:07Z","data":[{"prompt":"A beach","resolution":"1024x1024",)"
    R"("is_image_safe":true,"seed":12345,"url":")"
    + direct + R"(","style_type":"REALISTIC"}]})";

// Ideogram's reference for V3, with the space that its samples have in `created`.
const std::string version_3_answer =
    R"({"created":"2000-01-23 04:56:07+00:00","data":[{"prompt":"A beach","resolution":)"
    R"("1280x800","is_image_safe":true,"seed":12345,"url":")"
    + ephemeral + R"(","style_type":"GENERAL"}]})";

const answered_picture a_version_3_beach{
    .url = ephemeral, .safe = true, .seed = 12345, .prompt = "A beach", .resolution = "1280x800"
};

} // namespace

TEST_CASE("recorded: mjdjourney generate, two entries for one that was asked for") {
    const std::string entry = R"({"seed":12345,"prompt":"A beach","resolution":"1024x1024","url":")"
                              + direct + R"(","is_image_safe":true})";
    check_recorded_pictures(
        {"mjdjourney", operation::generate, model::v2},
        R"({"data":[)" + entry + "," + entry + R"(],"created":"2000-01-23T04:56:07.000Z"})",
        {a_beach, a_beach}
    );
}

TEST_CASE("recorded: quickrouter generate, a real capture with a null style_type") {
    check_recorded_pictures(
        {"quickrouter", operation::generate, model::v1},
        R"({"created":"2024-12-15T17:32:00.965408+00:00","data":[{"is_image_safe":true,)"
        R"("prompt":"A beach","resolution":"768x1232","seed":1785282233,"style_type":null,)"
        R"("url":")"
            + ephemeral + R"("}]})",
        {{.url = ephemeral,
          .safe = true,
          .seed = 1785282233,
          .prompt = "A beach",
          .resolution = "768x1232"}}
    );
}

TEST_CASE("recorded: crazyrouter generate and remix, an epoch and no is_image_safe") {
    const std::string body =
        R"({"created":1709123456,"data":[{"url":"https://ideogram.ai/assets/image/x",)"
        R"("prompt":"A city","resolution":"1344x768","seed":67890}]})";
    const answered_picture city{
        .url = "https://ideogram.ai/assets/image/x",
        .safe = true,
        .seed = 67890,
        .prompt = "A city",
        .resolution = "1344x768"
    };
    check_recorded_pictures({"crazyrouter", operation::generate, model::v2}, body, {city});
    check_recorded_pictures({"crazyrouter", operation::remix, model::v2_turbo}, body, {city});
    check_recorded_pictures({"crazyrouter", operation::upscale}, body, {city});
}

TEST_CASE("recorded: crazyrouter V3 generate and edit, with is_image_safe") {
    const std::string body =
        R"({"created":1709123456,"data":[{"url":"https://ideogram.ai/assets/image/x",)"
        R"("prompt":"A city","resolution":"1312x736","seed":67890,"is_image_safe":true}]})";
    for (const operation what : {operation::generate, operation::edit, operation::inpaint}) {
        check_recorded_pictures(
            {"crazyrouter", what},
            body,
            {{.url = "https://ideogram.ai/assets/image/x",
              .safe = true,
              .seed = 67890,
              .prompt = "A city",
              .resolution = "1312x736"}}
        );
    }
}

TEST_CASE("recorded: crazyrouter describe, one text") {
    check_recorded_texts(
        {"crazyrouter", operation::describe},
        R"({"descriptions":[{"text":"A futuristic cityscape"}]})",
        {"A futuristic cityscape"}
    );
}

TEST_CASE("recorded: camel's older generate, remix, edit and upscale") {
    for (const recorded_cell& of :
         {recorded_cell{"camel", operation::generate, model::v2},
          recorded_cell{"camel", operation::remix, model::v2a},
          recorded_cell{"camel", operation::edit, model::v2_turbo},
          recorded_cell{"camel", operation::upscale}}) {
        CAPTURE(task::to_string(of.what));
        check_recorded_pictures(of, one_direct, {a_beach});
    }
}

TEST_CASE("recorded: camel describe, two texts") {
    check_recorded_texts(
        {"camel", operation::describe},
        R"({"descriptions":[{"text":"A cat."},{"text":"A cat with stripes."}]})",
        {"A cat.", "A cat with stripes."}
    );
}

TEST_CASE("recorded: camel's V3 operations answer as Ideogram's do") {
    for (const operation what :
         {operation::generate,
          operation::remix,
          operation::edit,
          operation::reframe,
          operation::replace_background}) {
        CAPTURE(task::to_string(what));
        check_recorded_pictures({"camel", what}, version_3_answer, {a_version_3_beach});
    }
}

TEST_CASE("recorded: the official older operations") {
    for (const recorded_cell& of :
         {recorded_cell{"official", operation::generate, model::v1},
          recorded_cell{"official", operation::remix, model::v2},
          recorded_cell{"official", operation::edit, model::v2},
          recorded_cell{"official", operation::reframe, model::v2_turbo},
          recorded_cell{"official", operation::upscale}}) {
        CAPTURE(task::to_string(of.what));
        check_recorded_pictures(of, one_direct, {a_beach});
    }
}

TEST_CASE("recorded: the official V3 operations") {
    for (const operation what :
         {operation::generate,
          operation::remix,
          operation::edit,
          operation::inpaint,
          operation::reframe,
          operation::replace_background}) {
        CAPTURE(task::to_string(what));
        check_recorded_pictures({"official", what}, version_3_answer, {a_version_3_beach});
    }
}

TEST_CASE("recorded: official generate-transparent states two sizes") {
    check_recorded_pictures(
        {"official", operation::generate_transparent},
        R"({"created":"2000-01-23T04:56:07+00:00","data":[{"prompt":"A beach","resolution":)"
        R"("1280x800","upscaled_resolution":"2560x1600","is_image_safe":true,"seed":12345,)"
        R"("url":")"
            + ephemeral + R"("}]})",
        {a_version_3_beach}
    );
}

TEST_CASE("recorded: official remove-background says no more than a link and its safety") {
    const recorded_cell of{"official", operation::remove_background};
    check_recorded_pictures(
        of,
        R"({"created":"2000-01-23T04:56:07+00:00","data":[{"url":")" + ephemeral
            + R"(","is_image_safe":true}]})",
        {{.url = ephemeral, .safe = true, .seed = {}, .prompt = "", .resolution = ""}}
    );
    check_recorded_pictures(
        of,
        R"({"created":"2000-01-23T04:56:07+00:00","data":[{"url":null,"is_image_safe":false}]})",
        {{.url = "", .safe = false, .seed = {}, .prompt = "", .resolution = ""}}
    );
}

TEST_CASE("recorded: official instruct-edit has sizes of its own") {
    check_recorded_pictures(
        {"official", operation::instruct_edit},
        R"({"created":"2000-01-23T04:56:07+00:00","data":[{"prompt":"A beach","resolution":)"
        R"("12x34567","is_image_safe":true,"seed":12345,"url":")"
            + ephemeral + R"("}],"request_id":"r-1"})",
        {{.url = ephemeral,
          .safe = true,
          .seed = 12345,
          .prompt = "A beach",
          .resolution = "12x34567"}}
    );
}

TEST_CASE("recorded: official describe, with entries that say nothing") {
    check_recorded_texts(
        {"official", operation::describe}, R"({"descriptions":[{"text":"A cat."},{}]})", {"A cat."}
    );
}

TEST_CASE("recorded: the documents' two safety refusals, at every dialect") {
    for (const std::string of : {"Prompt", "Image"}) {
        const std::string body = R"({"error":")" + of
                                 + R"( provided failed safety check due to the inclusion of )"
                                   R"(prohibited content."})";
        for (const auto dialect : dialect_names()) {
            CAPTURE(dialect);
            const auto got = decoded_as({dialect, operation::generate, model::v2}, body, 422);
            CHECK(got.what == verdict::refused);
            CHECK(got.code == task::fail_code::content_rejected);
            CHECK(got.reason.en.find(of + " provided failed") != std::string::npos);
        }
    }
}

TEST_CASE("recorded: a relay's error shapes give their words") {
    const recorded_cell of{"camel", operation::generate};
    const auto wrapped = decoded_as(
        of, R"({"error":{"message":"no such size","type":"upstream_error","code":"400"}})", 400
    );
    CHECK(wrapped.detail == "HTTP 400 no such size");
    // yutoai hides every refusal in a 500.
    const auto hidden = decoded_as(
        of, R"({"code":"fail_to_fetch_task","message":"failed safety check","data":null})", 500
    );
    CHECK(hidden.what == verdict::refused);
    CHECK(hidden.code == task::fail_code::content_rejected);
    const auto framework = decoded_as(
        of,
        R"({"detail":"'x' is not one of","status":400,"title":"Bad Request","type":"about:blank"})",
        400
    );
    CHECK(framework.detail == "HTTP 400 'x' is not one of");
}

} // namespace imagined::backend
