// The sandbox's character: which of our strict readings it applies, how it turns away a caller
// without a key, and how long it draws.
#include "running_sandbox.hpp"

#include "switches.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace imagined::sandbox {

namespace {

using backend::verdict;

using nlohmann::json;
using test::running_sandbox;

int status_of(running_sandbox& upstream, std::string path, const json& body) {
    http::fields headers;
    headers.set("Content-Type", "application/json");
    headers.set("Api-Key", "any");
    return upstream.ask("POST", std::move(path), headers, body.dump()).status;
}

int switched(running_sandbox& upstream, const json& told) {
    return upstream.ask("POST", "/__switches", {}, told.dump()).status;
}

json older_request(json more) {
    json inner{{"prompt", "a fox"}};
    inner.update(more);
    return {{"image_request", inner}};
}

json newest(json more) {
    json body{{"prompt", "a fox"}};
    body.update(more);
    return body;
}

} // namespace

TEST_CASE("each rule of our own reading is applied until it is waived, and again afterwards") {
    struct row {
        std::string rule;
        std::string path;
        json body;
    };

    const std::vector<row> rows{
        {"unknown_fields", "/generate", older_request({{"colour", "red"}})},
        {"model_fields", "/generate", older_request({{"model", "V_1"}, {"style_type", "AUTO"}})},
        {"model_fields", "/generate", older_request({{"model", "V_2A"}, {"negative_prompt", "fog"}})
        },
        {"model_fields",
         "/generate",
         older_request({{"model", "V_1"}, {"resolution", "RESOLUTION_1024_1024"}})},
        {"aspect_with_resolution",
         "/v1/ideogram-v3/generate",
         newest({{"aspect_ratio", "1x1"}, {"resolution", "1024x1024"}})},
        {"codes_with_style_type",
         "/v1/ideogram-v3/generate",
         newest({{"style_codes", {"00ff00ff"}}, {"style_type", "AUTO"}})},
        {"flash", "/v1/ideogram-v3/generate-transparent", newest({{"rendering_speed", "FLASH"}})},
        {"palette_name_with_members",
         "/v1/ideogram-v3/generate",
         newest({{"color_palette", {{"name", "EMBER"}, {"members", {{{"color_hex", "#123"}}}}}}})}
    };
    running_sandbox upstream;
    for (const row& r : rows) {
        CAPTURE(r.rule);
        CHECK(status_of(upstream, r.path, r.body) == 400);
        json others = waivable_rules;
        others.erase(std::find(others.begin(), others.end(), r.rule));
        CHECK(switched(upstream, {{"waived", others}}) == 200);
        CHECK(status_of(upstream, r.path, r.body) == 400);
        CHECK(switched(upstream, {{"waived", {r.rule}}}) == 200);
        CHECK(status_of(upstream, r.path, r.body) == 200);
        CHECK(upstream.ask("DELETE", "/__switches").status == 200);
        CHECK(status_of(upstream, r.path, r.body) == 400);
    }
}

TEST_CASE("the rules about pictures can be waived too") {
    running_sandbox upstream;
    const auto file = [](std::string name, std::string bytes) {
        return http::part{
            .name = std::move(name),
            .filename = "a.png",
            .content_type = "image/png",
            .body = std::move(bytes)
        };
    };
    const auto text = [](std::string name, std::string value) {
        return http::part{
            .name = std::move(name), .filename = {}, .content_type = {}, .body = std::move(value)
        };
    };
    const auto sent = [&](std::string path, const std::vector<http::part>& parts) {
        const auto form = http::write_multipart(parts);
        http::fields headers;
        headers.set("Content-Type", form.content_type);
        headers.set("Api-Key", "any");
        return upstream.ask("POST", std::move(path), headers, form.body).status;
    };
    const auto masked = [&] {
        return sent(
            "/v1/ideogram-v3/inpaint",
            {text("prompt", "x"),
             file("image", test::a_picture()),
             file("mask", test::flat_png(128, 32))}
        );
    };
    const auto coded = [&] {
        return sent(
            "/v1/ideogram-v3/generate",
            {text("prompt", "x"),
             text("style_codes", "00ff00ff"),
             file("style_reference_images", test::a_picture())}
        );
    };
    CHECK(masked() == 400);
    CHECK(coded() == 400);
    CHECK(switched(upstream, {{"waived", {"mask"}}}) == 200);
    CHECK(masked() == 200);
    CHECK(coded() == 400);
    CHECK(switched(upstream, {{"waived", {"codes_with_references"}}}) == 200);
    CHECK(masked() == 400);
    CHECK(coded() == 200);
}

TEST_CASE("a missing key can be 403 where the documents have only that") {
    running_sandbox upstream;
    const auto refused = [&](std::string path) {
        return upstream.ask("POST", std::move(path), {}, "").status;
    };
    const std::vector<std::string> documented{"/remix", "/upscale", "/v1/ideogram-v3/remix"};
    for (const auto& path : documented) {
        CHECK(refused(path) == 401);
    }
    switched(upstream, {{"forbids", true}});
    for (const auto& path : documented) {
        CHECK(refused(path) == 403);
    }
    CHECK(refused("/generate") == 401);
    CHECK(refused("/v1/ideogram-v3/inpaint") == 401);
}

TEST_CASE("a drawing takes its documented time, times a factor that is 0 at the start") {
    const auto times = [](task::model with, task::rendering_speed speed) {
        auto request = test::a_request(task::operation::generate, with);
        request.speed = speed;
        const auto [least, most] = documented_time(request);
        return std::pair(least.count(), most.count());
    };
    using enum task::rendering_speed;
    using range = std::pair<std::int64_t, std::int64_t>;
    CHECK(times(task::model::v2_turbo, standard) == range(3000, 6000));
    CHECK(times(task::model::v2, standard) == range(8000, 15000));
    CHECK(times(task::model::v3, flash) == range(2000, 4000));
    CHECK(times(task::model::v3, turbo) == range(4000, 8000));
    CHECK(times(task::model::v3, standard) == range(8000, 15000));
    CHECK(times(task::model::v3, quality) == range(15000, 25000));
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto drawn_within = [&](milliseconds limit) {
        return upstream.call(*through, test::a_request(), {}, limit).what == verdict::answered;
    };
    CHECK(drawn_within(milliseconds(7000))); // without a factor: at once
    switched(upstream, {{"latency", 1}});
    CHECK_FALSE(drawn_within(milliseconds(1000)));
    switched(upstream, {{"latency", 0.01}});
    CHECK(drawn_within(milliseconds(7000)));
}

TEST_CASE("switches that are not understood are refused by name and change nothing") {
    running_sandbox upstream;
    REQUIRE(switched(upstream, {{"waived", {"mask"}}, {"latency", 0.5}}) == 200);
    for (const json& told :
         {json{{"waived", {"gravity"}}},
          json{{"waived", "mask"}},
          json{{"forbids", 1}},
          json{{"latency", -1}},
          json{{"latency", "fast"}},
          json{{"mood", 1}}}) {
        const auto got = upstream.ask("POST", "/__switches", {}, told.dump());
        CHECK(got.status == 400);
        CHECK(got.text().find(told.begin().key()) != std::string_view::npos);
    }
    CHECK(switched(upstream, json::array()) == 400);
    const auto now = json::parse(upstream.ask("GET", "/__switches").text());
    CHECK(
        now
        == json{{"waived", {"mask"}}, {"forbids", false}, {"latency", 0.5}, {"org_pictures", 10}}
    );
}

} // namespace imagined::sandbox
