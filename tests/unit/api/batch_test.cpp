#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

const std::string batch_path = "/v1/tasks/batch";

json batch_of(scene& s, json tasks, const header_list& headers = english) {
    const auto answer = s.post(batch_path, {{"tasks", std::move(tasks)}}, headers);
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    const json told = json_of(answer)["tasks"];
    REQUIRE(told.is_array());
    return told;
}

json prompts(int count) {
    json tasks = json::array();
    for (int i = 0; i < count; ++i) {
        tasks.push_back({{"prompt", "number " + std::to_string(i)}});
    }
    return tasks;
}

} // namespace

TEST_CASE("each submit of a batch is accepted or refused by itself, in their order") {
    scene_options options;
    options.api.banned_words = {"forbidden"};
    scene s(options);
    const json told = batch_of(
        s,
        {{{"prompt", "a fox"}},
         {{"prompt", ""}},
         {{"prompt", "a forbidden fox"}},
         {{"kind", "paint"}, {"prompt", "a fox"}},
         {{"kind", "shorten"}, {"prompt", "a very beautiful fox"}},
         "text",
         {{"prompt", std::string(40000, 'a')}},
         {{"prompt", "a hen"}, {"state", "mine"}}}
    );
    REQUIRE(told.size() == 8);
    std::vector<int> statuses;
    for (const auto& one : told) {
        statuses.push_back(one["status"]);
        CHECK(one.contains("id") != one.contains("error"));
        if (one.contains("error")) {
            CHECK(one["error"]["status"] == one["status"]);
            CHECK(one["error"]["detail"].is_string());
        }
    }
    CHECK(statuses == std::vector<int>{201, 400, 422, 400, 201, 400, 400, 201});
    CHECK(s.submission(told[0]["id"]).prompt == "a fox");
    CHECK(s.submission(told[7]["id"]).state == "mine");
    CHECK(mentions(told[3]["error"]["detail"].get<std::string>(), "kind"));
    CHECK(s.tasks.size() == 3);
}

TEST_CASE("a batch that is repeated with its key makes nothing anew") {
    scene s;
    const header_list key{{"Idempotency-Key", "k"}};
    const json first = batch_of(s, prompts(3), key);
    json again = prompts(4);
    again[1]["prompt"] = "another";
    const json second = batch_of(s, again, key);
    CHECK(second[0]["status"] == 200);
    CHECK(second[0]["id"] == first[0]["id"]);
    CHECK(second[1]["status"] == 422);
    CHECK(second[2]["id"] == first[2]["id"]);
    CHECK(second[3]["status"] == 201);
    CHECK(s.tasks.size() == 4);
    CHECK(s.given(first[2]["id"]).idempotency_key == "k/2");
}

TEST_CASE("a batch has its limits") {
    scene s;
    CHECK(batch_of(s, prompts(1000)).size() == 1000);
    CHECK(s.tasks.size() == 1000);
    CHECK(s.post(batch_path, {{"tasks", prompts(1001)}}).status == 413);
    for (const json& tasks : {json(), json::array(), json("text"), json({{"prompt", "a"}})}) {
        CHECK(s.post(batch_path, {{"tasks", tasks}}).status == 400);
    }
    CHECK(s.send("POST", batch_path, "{").status == 400);
    CHECK(s.tasks.size() == 1000);
    s.state.draining = true;
    CHECK(s.post(batch_path, {{"tasks", prompts(1)}}).status == 503);
}
