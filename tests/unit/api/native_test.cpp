#include "ideogram/ideogram_answer.hpp"
#include "ideogram/native_paths.hpp"
#include "scene.hpp"

#include "imagined/backend/dialect.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

// A paid call whose upstream answered this.
task::call answered(int first, int count, const json& raw) {
    backend::answer answer;
    for (const auto& entry : raw["data"]) {
        backend::answered_picture picture;
        picture.url = entry.value("url", json()).is_string() ? entry["url"].get<std::string>() : "";
        picture.safe = !picture.url.empty();
        if (entry.contains("seed")) {
            picture.seed = entry["seed"].get<std::int64_t>();
        }
        answer.pictures.push_back(picture);
    }
    answer.raw = raw.dump();
    task::call made;
    made.index = first;
    made.now = task::call::state::answered;
    made.first_picture = first;
    made.count = count;
    made.started = 1'700'000'000'000;
    made.answer = backend::to_text(answer);
    return made;
}

std::map<int, api::own_copy> copies(int count) {
    std::map<int, api::own_copy> made;
    for (int n = 1; n <= count; ++n) {
        made[n] = {"http://ours/" + std::to_string(n), "1024x1024"};
    }
    return made;
}

json put_together(const std::vector<task::call>& calls, int stored) {
    return json::parse(api::ideogram_answer(operation::generate, calls, copies(stored)));
}

} // namespace

TEST_CASE("several calls make one answer, in the order of their pictures") {
    const auto told = put_together(
        {answered(2, 1, {{"created", "later"}, {"data", {{{"url", "u"}, {"seed", 8}}}}}),
         answered(1, 1, {{"created", "first"}, {"data", {{{"url", "u"}, {"seed", 7}}}}})},
        2
    );
    CHECK(told["created"] == "first");
    REQUIRE(told["data"].size() == 2);
    CHECK(told["data"][0]["seed"] == 7);
    CHECK(told["data"][0]["url"] == "http://ours/1");
    CHECK(told["data"][1]["url"] == "http://ours/2");
}

TEST_CASE("a withheld picture takes no number, and pictures beyond the call's are left out") {
    const auto told = put_together(
        {answered(
            1,
            3,
            {{"created", "now"},
             {"data",
              {{{"url", "a"}, {"seed", 1}},
               {{"url", nullptr}, {"seed", 2}},
               {{"url", "c"}, {"seed", 3}},
               {{"url", "d"}, {"seed", 4}}}}}
        )},
        2
    );
    REQUIRE(told["data"].size() == 3);
    CHECK(told["data"][1]["url"].is_null());
    CHECK(told["data"][1]["is_image_safe"] == false);
    CHECK(told["data"][2]["url"] == "http://ours/2");
}

TEST_CASE("a relay's answer gets the fields that Ideogram's clients rely on") {
    const auto told = put_together(
        {answered(1, 1, {{"created", 1709123456}, {"data", {{{"url", "a"}, {"odd", true}}}}})}, 1
    );
    CHECK(told["created"] == "2024-02-28T12:30:56+00:00");
    CHECK(told["data"][0]["is_image_safe"] == true);
    CHECK(told["data"][0]["resolution"] == "1024x1024");
    CHECK(told["data"][0]["odd"] == true);
    CHECK(told["data"][0]["seed"] == 0);
    const auto millis =
        put_together({answered(1, 1, {{"created", 1709123456000}, {"data", json::array()}})}, 1);
    CHECK(millis["created"] == "2024-02-28T12:30:56+00:00");
    const auto none = put_together({answered(1, 1, {{"data", json::array()}})}, 1);
    CHECK(none["created"] == "2023-11-14T22:13:20+00:00");
}

TEST_CASE("without a paid call there is no answer") {
    CHECK(api::ideogram_answer(operation::generate, {}, {}) == "null");
}

TEST_CASE("Ideogram's paths are known bare and behind /ideogram") {
    using backend::generation;
    CHECK(api::native_path("generate")->which == generation::older);
    CHECK(api::native_path("ideogram/generate")->which == generation::older);
    CHECK(api::native_path("v1/ideogram-v3/generate")->which == generation::version_3);
    CHECK(api::native_path("ideogram/v1/generate")->which == generation::older);
    CHECK_FALSE(api::native_path("v1/generate"));
    CHECK_FALSE(api::native_path("ideogram/submit/generate"));
    CHECK(api::native_path("v1/edit")->what == operation::instruct_edit);
}

TEST_CASE("a native submit is a task like any other") {
    scene s;
    const auto told = json_of(s.post(
        "/ideogram/submit/generate",
        {{"prompt", "a fox"}, {"aspect_ratio", "16x9"}, {"num_images", 2}, {"state", "mine"}}
    ));
    CHECK(told["code"] == 1);
    const auto made = s.submission(told["result"]);
    CHECK(made.native);
    CHECK(made.what == task::action::imagine);
    CHECK(made.state == "mine");
    CHECK(made.request.images == 2);
    CHECK_FALSE(made.request.may_drop);
}

TEST_CASE("a native refusal names the field in both languages") {
    scene s;
    const json wrong{{"image_request", {{"prompt", "x"}, {"aspect_ratio", "SPECT_16_10"}}}};
    const auto told = json_of(s.post("/ideogram/submit/generate", wrong));
    CHECK(told["code"] == 4);
    CHECK(mentions(told["description"].get<std::string>(), "SPECT_16_10"));
    CHECK(s.tasks.empty());
    CHECK(s.post("/ideogram/submit/paint", wrong).status == 404);
    CHECK(s.send("POST", "/ideogram/submit/generate", "{").status == 400);
}

TEST_CASE("the drop-in paths refuse in Ideogram's words") {
    scene s;
    const json wrong{{"image_request", {{"prompt", "x"}, {"aspect_ratio", "SPECT_16_10"}}}};
    const auto answer = s.post("/generate", wrong);
    CHECK(answer.status == 400);
    CHECK(mentions(json_of(answer)["error"].get<std::string>(), "SPECT_16_10"));
    s.state.draining = true;
    const auto later = s.post("/ideogram/generate", wrong);
    CHECK(later.status == 503);
    CHECK(json_of(later)["error"].is_string());
    CHECK(later.headers.has("Retry-After"));
}

TEST_CASE("Ideogram's key header opens the door, and 401 speaks Ideogram's words") {
    scene_options options;
    options.api.api_keys = {"sk-1"};
    scene s(options);
    const json body{{"prompt", ""}};
    const auto closed = s.post("/v1/ideogram-v3/generate", body);
    CHECK(closed.status == 401);
    CHECK(json_of(closed)["error"].is_string());
    CHECK(s.post("/v1/ideogram-v3/generate", body, {{"Api-Key", "sk-1"}}).status == 400);
    CHECK(s.post("/v1/ideogram-v3/generate", body, {{"Api-Key", "sk-2"}}).status == 401);
}

TEST_CASE("a full queue is 429 on Ideogram's paths") {
    scene s;
    s.tasks.refuse_submits(queue::submitted::verdict::caller_full);
    const auto answer = s.post("/v1/ideogram-v3/generate", {{"prompt", "x"}});
    CHECK(answer.status == 429);
    CHECK(json_of(answer)["error"].is_string());
}
