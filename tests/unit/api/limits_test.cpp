// What a caller is told that has used up what it may have.
#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

const header_list bots_key{{"Authorization", "Bearer key-of-the-bot"}};
const header_list bots_key_en{
    {"Authorization", "Bearer key-of-the-bot"}, {"Accept-Language", "en"}
};

scene_options with_a_rate() {
    scene_options options;
    options.api.callers = {{
        .name = "bot",
        .key = "key-of-the-bot",
        .rate = {60, seconds(60)},
        .rate_text = "60/m",
    }};
    return options;
}

} // namespace

TEST_CASE("a rate that is used up is code 23, says so in both languages, and when to come back") {
    scene s(with_a_rate());
    s.tasks.refuse_submits(queue::submitted::verdict::rate_limited, milliseconds(2001));
    for (const auto* path : {"/mj/submit/imagine", "/mj/submit/shorten"}) {
        CAPTURE(path);
        const auto zh = s.post(path, {{"prompt", "a fox"}}, bots_key);
        CHECK(zh.status == 200);
        CHECK(zh.headers.get("Retry-After") == "3");
        CHECK(json_of(zh)["code"] == 23);
        CHECK(json_of(zh)["result"] == nullptr);
        CHECK(json_of(zh)["properties"]["rate"] == "60/m");
        CHECK(json_of(zh)["description"] == "提交过于频繁：此密钥最多60/m(rate)，请在3秒后重试");
        const auto en = s.post(path, {{"prompt", "a fox"}}, bots_key_en);
        CHECK(
            json_of(en)["description"]
            == "Too many submits: this key may make 60/m (rate), please try again in 3 s"
        );
    }
    CHECK(s.tasks.empty());
}

TEST_CASE("on Ideogram's own paths a used-up rate is 429, in the live API a problem by that name") {
    scene s(with_a_rate());
    s.tasks.refuse_submits(queue::submitted::verdict::rate_limited, milliseconds(400));
    const auto drawn = s.post("/v1/ideogram-v3/generate", {{"prompt", "a fox"}}, bots_key);
    CHECK(drawn.status == 429);
    CHECK(drawn.headers.get("Retry-After") == "1");
    CHECK(mentions(json_of(drawn)["error"].get<std::string>(), "60/m"));
    const auto live = s.post("/v1/tasks", {{"prompt", "a fox"}}, bots_key);
    CHECK(live.status == 429);
    CHECK(live.headers.get("Retry-After") == "1");
    CHECK(json_of(live)["type"] == "urn:imagined:problem:rate-limited");
    CHECK(json_of(live)["retryable"] == true);
}
