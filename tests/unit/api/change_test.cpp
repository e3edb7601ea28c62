#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

json change(scene& s, const json& body) {
    return json_of(s.post("/mj/submit/change", body));
}

json press(scene& s, const std::string& id, const std::string& custom_id) {
    return json_of(s.post("/mj/submit/action", {{"taskId", id}, {"customId", custom_id}}));
}

json simple(scene& s, const std::string& content) {
    return json_of(s.post("/mj/submit/simple-change", {{"content", content}}));
}

void check_refused(const json& answer, int code, const char* text) {
    CHECK(answer["code"] == code);
    CHECK(answer["description"] == text);
    CHECK(answer["result"].is_null());
    CHECK(answer["properties"].is_object());
}

constexpr const char* job_of_change = "0b7c1f5e-0000-4000-8000-000000000000";

} // namespace

TEST_CASE("U picks a stored picture: code 1, ended at once, byte for byte") {
    scene s;
    const std::string parent = s.finished_imagine();
    const json answer = change(s, {{"taskId", parent}, {"action", "UPSCALE"}, {"index", 3}});
    CHECK(answer["code"] == 1);
    CHECK(answer["description"] == "提交成功");
    const std::string id = answer["result"];
    const auto& made = s.given(id);
    CHECK(made.lane.empty());
    CHECK(made.slots.empty());
    const json view = json::parse(made.ended_view);
    CHECK(view["id"] == id);
    CHECK(view["status"] == "SUCCESS");
    CHECK(view["progress"] == "100%");
    CHECK(view["action"] == "UPSCALE");
    CHECK(view["prompt"] == "a red fox");
    CHECK(view["description"] == "/up " + parent + " U3");
    CHECK(view["parentId"] == parent);
    CHECK(view["imageUrl"] == "http://pictures.example/mj/image/" + id);
    CHECK(view["imageUrls"].is_null());
    CHECK(view["buttons"].size() == 15);
    CHECK(view["submitTime"].get<std::int64_t>() > 1500000000000);
    CHECK(view["startTime"].is_number_integer());
    CHECK(view["finishTime"].is_number_integer());
    CHECK(*s.images->read(id, 0) == png(3));
    CHECK(*s.images->read(id, 1) == png(3));
    CHECK(s.submission(id).parent_index == 3);
}

TEST_CASE("a picked task can be fetched, and its view is passed through") {
    scene s;
    const std::string id = change(
        s, {{"taskId", s.finished_imagine()}, {"action", "UPSCALE"}, {"index", 1}}
    )["result"];
    CHECK(s.get("/mj/task/" + id + "/fetch").text() == s.given(id).ended_view);
}

TEST_CASE("a picked task with a hook goes to the outbox") {
    scene s;
    const std::string parent = s.finished_imagine();
    const json answer = change(
        s,
        {{"taskId", parent},
         {"action", "UPSCALE"},
         {"index", 1},
         {"state", "mine"},
         {"notifyHook", "http://127.0.0.1:9000/h"}}
    );
    const std::string id = answer["result"];
    CHECK(s.given(id).has_hook);
    CHECK(json::parse(s.given(id).ended_view)["state"] == "mine");
}

TEST_CASE("a picked picture has the seed that drew it") {
    scene s;
    const std::string parent = s.finished_imagine(2);
    task::call made;
    made.now = task::call::state::answered;
    made.count = 2;
    backend::answer drawn;
    drawn.pictures.resize(2);
    drawn.pictures[0].seed = 11;
    drawn.pictures[1].seed = 22;
    made.answer = backend::to_text(drawn);
    s.tasks.add_call(parent, made);
    const std::string id =
        change(s, {{"taskId", parent}, {"action", "UPSCALE"}, {"index", 2}})["result"];
    CHECK(json::parse(s.given(id).ended_view)["seed"] == "22");
}

TEST_CASE("the three spellings of U2 mean the same") {
    scene s;
    const std::string parent = s.finished_imagine();
    const json answers[] = {
        change(s, {{"taskId", parent}, {"action", "UPSCALE"}, {"index", 2}}),
        change(s, {{"taskId", std::stoll(parent)}, {"action", "UPSCALE"}, {"index", "2"}}),
        simple(s, parent + " U2"),
        simple(s, parent + " u2xyz"),
        press(s, parent, std::string("MJ::JOB::upsample::2::") + job_of_change),
    };
    for (const json& answer : answers) {
        REQUIRE(answer["code"] == 1);
        const auto made = s.submission(answer["result"]);
        CHECK(made.what == task::action::upscale);
        CHECK(made.parent_index == 2);
        CHECK(made.description == "/up " + parent + " U2");
    }
}

TEST_CASE("a picture that the parent does not have cannot be picked") {
    scene s;
    const std::string parent = s.finished_imagine(2);
    check_refused(simple(s, parent + " U3"), 4, "index参数错误");
    CHECK(simple(s, parent + " U2")["code"] == 1);
    check_refused(
        change(s, {{"taskId", parent}, {"action", "UPSCALE"}, {"index", 5}}), 4, "index参数错误"
    );
    check_refused(
        change(s, {{"taskId", parent}, {"action", "UPSCALE"}, {"index", 0}}), 4, "index参数错误"
    );
    check_refused(change(s, {{"taskId", parent}, {"action", "UPSCALE"}}), 4, "index参数错误");
}

TEST_CASE("a reroll asks for the same again, without the seed") {
    scene s;
    const std::string parent = s.finished_imagine(4, "a red fox --seed 7 --ar 16:9");
    REQUIRE(s.submission(parent).request.seed == 7);
    for (const json& answer :
         {change(s, {{"taskId", parent}, {"action", "REROLL"}}),
          change(s, {{"taskId", parent}, {"action", "REROLL"}, {"index", 9}}),
          change(s, {{"taskId", parent}, {"action", "REROLL"}, {"index", "x"}}),
          simple(s, parent + " r"),
          press(s, parent, std::string("MJ::JOB::reroll::0::") + job_of_change + "::SOLO")}) {
        REQUIRE(answer["code"] == 1);
        const std::string id = answer["result"];
        const auto made = s.submission(id);
        CHECK(made.what == task::action::reroll);
        CHECK(made.description == "/up " + parent + " R");
        CHECK(made.prompt == "a red fox --seed 7 --ar 16:9");
        CHECK(made.parent_id == parent);
        auto expected = s.submission(parent).request;
        expected.seed.reset();
        CHECK(made.request == expected);
        CHECK(s.given(id).lane == task::class_of(made.request) + "/4");
        CHECK(s.given(id).slots.size() == 1);
    }
}

TEST_CASE("a variation is a remix of the picture") {
    scene s;
    const std::string parent = s.finished_imagine(4, "a red fox --seed 7");
    for (const json& answer :
         {change(s, {{"taskId", parent}, {"action", "VARIATION"}, {"index", 4}}),
          simple(s, parent + " V4"),
          press(s, parent, std::string("MJ::JOB::variation::4::") + job_of_change)}) {
        REQUIRE(answer["code"] == 1);
        const auto made = s.submission(answer["result"]);
        CHECK(made.what == task::action::variation);
        CHECK(made.description == "/up " + parent + " V4");
        CHECK(made.request.what == operation::remix);
        REQUIRE(made.request.pictures.size() == 1);
        CHECK(made.request.pictures[0] == task::picture_ref{parent, 4});
        CHECK(made.request.image_weight == 50);
        CHECK(made.request.images == 4);
        CHECK(!made.request.seed);
    }
}

TEST_CASE("a strong variation keeps less of the picture than a subtle one") {
    scene s;
    const std::string parent = s.finished_imagine();
    const std::string single = simple(s, parent + " U1")["result"];
    const auto weight = [&](const json& answer) {
        REQUIRE(answer["code"] == 1);
        return s.submission(answer["result"]).request.image_weight;
    };
    CHECK(
        weight(
            press(s, single, std::string("MJ::JOB::low_variation::1::") + job_of_change + "::SOLO")
        )
        == 80
    );
    CHECK(
        weight(
            press(s, single, std::string("MJ::JOB::high_variation::1::") + job_of_change + "::SOLO")
        )
        == 25
    );
    const json strong = json_of(s.post(
        "/mj/submit/action",
        {{"taskId", parent},
         {"customId", std::string("MJ::JOB::variation::2::") + job_of_change},
         {"strong", true}}
    ));
    CHECK(weight(strong) == 25);
}

TEST_CASE("without a backend that remixes a variation is code 3, and U still works") {
    scene_options options;
    options.operations = {operation::generate};
    scene s(options);
    const std::string parent = s.finished_imagine();
    check_refused(simple(s, parent + " V1"), 3, "无可用的账号实例");
    CHECK(simple(s, parent + " U1")["code"] == 1);
}

TEST_CASE("a parent that is unknown, foreign or no id at all is code 4 with the exact text") {
    scene_options options;
    options.api.api_keys = {"op"};
    api::caller_options bot;
    bot.name = "bot";
    bot.key = "bot-key";
    options.api.callers = {bot};
    scene s(options);
    const header_list op{{"mj-api-secret", "op"}};
    const header_list stranger{{"mj-api-secret", "bot-key"}};
    const std::string parent = s.imagine("a fox", op);
    s.tasks.succeed(parent);
    for (const std::string& id : {parent, std::string("1999999999999999"), std::string("../etc")}) {
        CAPTURE(id);
        const auto answer =
            s.post("/mj/submit/change", {{"taskId", id}, {"action", "REROLL"}}, stranger);
        CHECK(answer.status == 200);
        check_refused(json_of(answer), 4, "关联任务不存在或已失效");
    }
}

TEST_CASE("a parent that has not succeeded is refused with the exact text") {
    scene s;
    const std::string parent = s.imagine();
    check_refused(simple(s, parent + " U1"), 4, "关联任务状态错误");
    s.post("/mj/task/" + parent + "/cancel", json::object());
    check_refused(simple(s, parent + " R"), 4, "关联任务状态错误");
}

TEST_CASE("a picked picture cannot be picked again, and has no second one to vary") {
    scene s;
    const std::string single = simple(s, s.finished_imagine() + " U1")["result"];
    check_refused(simple(s, single + " U1"), 4, "关联任务不允许执行变化");
    check_refused(simple(s, single + " V2"), 4, "关联任务不允许执行变化");
    CHECK(simple(s, single + " V1")["code"] == 1);
}

TEST_CASE("bad parameters are refused with the exact texts") {
    scene s;
    const std::string id = s.finished_imagine();
    check_refused(change(s, {{"action", "REROLL"}}), 4, "taskId不能为空");
    check_refused(change(s, {{"taskId", ""}, {"action", "REROLL"}}), 4, "taskId不能为空");
    check_refused(change(s, {{"taskId", id}}), 4, "action参数错误");
    check_refused(change(s, {{"taskId", id}, {"action", "BURN"}}), 4, "action参数错误");
    for (const std::string& content :
         {std::string(),
          id,
          id + "U1",
          id + " U",
          id + " U5",
          id + " U0",
          id + " X1",
          id + " U1 V1",
          std::string("U1")}) {
        CAPTURE(content);
        check_refused(simple(s, content), 4, "content参数错误");
    }
    check_refused(press(s, "", "MJ::JOB::upsample::1::x"), 4, "参数错误");
    check_refused(press(s, id, " "), 4, "参数错误");
    check_refused(press(s, id, "MJ::Nonsense"), 4, "未知的 Action 类型");
    check_refused(press(s, id, "MJ::JOB::animate_high::1::x::SOLO"), 4, "视频功能未启用");
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("a bookmark makes no task and answers with the parent's id") {
    scene s;
    const std::string id = s.finished_imagine();
    const json answer = press(s, id, std::string("MJ::BOOKMARK::") + job_of_change);
    CHECK(answer["code"] == 1);
    CHECK(answer["result"] == id);
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("a change takes its parent's mode unless it names another") {
    scene s;
    const std::string parent = s.finished_imagine(4, "a fox --turbo");
    const auto made = s.submission(simple(s, parent + " R")["result"]);
    CHECK(made.mode == task::speed_mode::turbo);
    CHECK(made.request.speed == task::rendering_speed::turbo);
    const json answer =
        json_of(s.post("/mj-fast/mj/submit/simple-change", {{"content", parent + " R"}}));
    const auto fast = s.submission(answer["result"]);
    CHECK(fast.mode == task::speed_mode::fast);
    CHECK(fast.request.speed == task::rendering_speed::standard);
}

TEST_CASE("the same Idempotency-Key on a pick gives the same task") {
    scene s;
    const json body{{"content", s.finished_imagine() + " U1"}};
    const header_list key{{"Idempotency-Key", "k"}};
    const auto first = s.post("/mj/submit/simple-change", body, key);
    const auto second = s.post("/mj/submit/simple-change", body, key);
    CHECK(json_of(first)["result"] == json_of(second)["result"]);
    CHECK(second.headers.get("Idempotent-Replayed") == "true");
}

TEST_CASE("without Redis a change is 503") {
    scene s;
    const std::string parent = s.finished_imagine();
    s.tasks.outage = failure{failure_kind::unavailable, "redis: timeout"};
    CHECK(s.post("/mj/submit/simple-change", {{"content", parent + " U1"}}).status == 503);
}
