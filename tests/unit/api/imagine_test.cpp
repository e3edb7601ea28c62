#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

constexpr const char* path = "/mj/submit/imagine";

json submit(scene& s, const json& body, const header_list& headers = {}) {
    const auto answer = s.post(path, body, headers);
    CHECK(answer.status == 200);
    return json_of(answer);
}

// A refused submit: HTTP 200, this code, null, no task.
json refused_imagine(scene& s, const json& body, int code, const header_list& headers = {}) {
    const std::size_t before = s.tasks.size();
    const json answer = submit(s, body, headers);
    CHECK(answer["code"] == code);
    CHECK(answer["result"].is_null());
    CHECK(answer["properties"].is_object());
    CHECK(answer["description"].is_string());
    CHECK(s.tasks.size() == before);
    return answer;
}

std::string data_url(const std::string& bytes) {
    return "data:image/png;base64," + to_base64(bytes);
}

} // namespace

TEST_CASE("an imagine is accepted with code 1 when a worker is free") {
    scene s;
    const auto answer = s.post(path, {{"prompt", "a red fox"}});
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("Content-Type") == "application/json; charset=utf-8");
    const json body = json_of(answer);
    CHECK(body["code"] == 1);
    CHECK(body["description"] == "提交成功");
    CHECK(body["properties"]["discordInstanceId"].is_string());
    REQUIRE(body["result"].is_string());
    CHECK(s.tasks.given.contains(body["result"].get<std::string>()));
    CHECK(body.size() == 4);
}

TEST_CASE("an imagine without a free worker is code 22 with the number of tasks ahead") {
    scene s;
    s.without_worker();
    const json first = submit(s, {{"prompt", "a"}});
    CHECK(first["code"] == 22);
    CHECK(first["properties"]["numberOfQueues"] == 1); // at least one, says the protocol
    CHECK(first["description"] == "排队中，前面还有1个任务");
    submit(s, {{"prompt", "b"}});
    const json third = submit(s, {{"prompt", "c"}}, english);
    CHECK(third["properties"]["numberOfQueues"] == 2);
    CHECK(third["description"] == "In queue, there are 2 tasks ahead");
}

TEST_CASE("codes are followed by no space, because relays replace text") {
    scene s;
    s.without_worker();
    CHECK(mentions(s.post(path, {{"prompt", "a"}}).text(), R"("code":22,)"));
}

TEST_CASE("the task holds what was asked for") {
    scene s;
    const json body = submit(
        s,
        {{"prompt", "  a red fox --ar 16:9 --v 6 "},
         {"state", "room:user"},
         {"notifyHook", "http://127.0.0.1:9000/hook"},
         {"botType", "NIJI_JOURNEY"},
         {"unknown", {{"field", 1}}}}
    );
    const std::string id = body["result"];
    const auto made = s.submission(id);
    CHECK(made.what == task::action::imagine);
    CHECK(made.prompt == "a red fox --ar 16:9 --v 6");
    CHECK(made.description == "/imagine a red fox --ar 16:9 --v 6");
    CHECK(made.state == "room:user");
    CHECK(made.notify_hook == "http://127.0.0.1:9000/hook");
    CHECK(made.bot_type == task::bot::niji_journey);
    CHECK(made.public_url == "http://pictures.example");
    CHECK(made.request.what == operation::generate);
    CHECK(!mentions(made.final_prompt, "--"));
    CHECK(mentions(made.final_prompt, "a red fox"));
    const auto& given = s.given(id);
    CHECK(given.has_hook);
    CHECK(given.lane == task::class_of(made.request) + "/4");
    CHECK(given.slots.size() == 1);
    CHECK(given.ended_view.empty());
}

TEST_CASE("the language of the caller is kept for the texts of the task") {
    scene s;
    const auto language = [&](const header_list& headers) {
        return s.submission(s.imagine("a fox", headers)).lang;
    };
    CHECK(language(english) == task::language::en);
    CHECK(language({}) == task::language::zh);
}

TEST_CASE("every optional field may be null or empty") {
    scene s;
    const json body = submit(
        s,
        {{"prompt", "a fox"},
         {"base64Array", nullptr},
         {"base64", nullptr},
         {"notifyHook", ""},
         {"state", nullptr},
         {"botType", nullptr},
         {"accountFilter", {{"modes", json::array()}, {"instanceId", ""}}},
         {"mode", ""},
         {"model", nullptr}}
    );
    CHECK(body["code"] == 1);
    CHECK(submit(s, {{"prompt", "a"}, {"base64Array", json::array()}})["code"] == 1);
    CHECK(submit(s, {{"prompt", "a"}, {"base64Array", json::array({""})}})["code"] == 1);
    CHECK(submit(s, {{"prompt", "a"}, {"accountFilter", json::object()}})["code"] == 1);
}

TEST_CASE("a blank prompt is refused with the exact text") {
    scene s;
    for (const json& body :
         {json::object(),
          json{{"prompt", ""}},
          json{{"prompt", " \t\n　"}},
          json{{"prompt", nullptr}},
          json(nullptr)}) {
        CAPTURE(body.dump());
        CHECK(refused_imagine(s, body, 4)["description"] == "prompt不能为空");
        CHECK(refused_imagine(s, body, 4, english)["description"] == "prompt must not be empty");
    }
}

TEST_CASE("a field of the wrong type is refused by name") {
    const std::pair<const char*, json> cases[] = {
        {"prompt", json{{"prompt", 5}}},
        {"prompt", json{{"prompt", {"a"}}}},
        {"state", json{{"prompt", "a"}, {"state", {7}}}},
        {"notifyHook", json{{"prompt", "a"}, {"notifyHook", false}}},
        {"base64Array", json{{"prompt", "a"}, {"base64Array", {{"a", 1}}}}},
        {"base64Array", json{{"prompt", "a"}, {"base64Array", {1, 2}}}},
        {"base64", json{{"prompt", "a"}, {"base64", 1}}},
        {"botType", json{{"prompt", "a"}, {"botType", 1}}},
        {"accountFilter", json{{"prompt", "a"}, {"accountFilter", "fast"}}},
        {"modes", json{{"prompt", "a"}, {"accountFilter", {{"modes", 4}}}}},
        {"mode", json{{"prompt", "a"}, {"mode", 4}}},
    };
    scene s;
    for (const auto& [field, body] : cases) {
        CAPTURE(body.dump());
        const json answer = refused_imagine(s, body, 4, english);
        CHECK(mentions(answer["description"].get<std::string>(), field));
    }
}

TEST_CASE("a body that is not JSON is HTTP 400 with code 4") {
    scene s;
    std::string deep = std::string(65, '[') + std::string(65, ']');
    for (const std::string& body :
         {std::string(),
          std::string("{"),
          std::string("prompt=a"),
          std::string("{\"prompt\":\"a\"}}"),
          std::string("{'prompt':'a'}"),
          std::string("{\"prompt\":\"\xff\xfe\"}"),
          std::string("{\"prompt\":\"\xed\xa0\x80\"}"),
          std::string(R"({"prompt":"\ud80"})"),
          deep,
          "{\"prompt\":" + deep + "}",
          std::string(1, '\0'),
          std::string(1000000, '[')}) {
        CAPTURE(body.substr(0, 100));
        const auto answer = s.send("POST", path, body);
        CHECK(answer.status == 400);
        const json told = json_of(answer);
        CHECK(told["code"] == 4);
        CHECK(told["result"].is_null());
        CHECK(told["message"].is_string());
    }
    CHECK(s.tasks.empty());
}

TEST_CASE("a body that is JSON and no object is code 4") {
    scene s;
    for (const char* body : {"[]", "\"prompt\"", "7", "true"}) {
        CAPTURE(body);
        const auto answer = s.send("POST", path, body);
        CHECK(answer.status == 200);
        CHECK(json_of(answer)["code"] == 4);
    }
}

TEST_CASE("a byte order mark is tolerated, and nesting up to the limit") {
    scene s;
    CHECK(json_of(s.send("POST", path, "\xEF\xBB\xBF{\"prompt\":\"a\"}"))["code"] == 1);
    const std::string deep = std::string(63, '[') + std::string(63, ']');
    CHECK(json_of(s.send("POST", path, R"({"prompt":"a","x":)" + deep + "}"))["code"] == 1);
    CHECK(json_of(s.send("POST", path, R"({"prompt":"a \"[[[[{{{\\"})"))["code"] == 4);
}

TEST_CASE("an unknown or bad flag is refused by name, in the caller's language") {
    scene s;
    for (const char* prompt : {"a --xyz", "a --chaos 999", "a --ar banana", "a --seed"}) {
        CAPTURE(prompt);
        const json answer = refused_imagine(s, {{"prompt", prompt}}, 4, english);
        CHECK(mentions(answer["description"].get<std::string>(), "--"));
    }
}

TEST_CASE("permutations are refused, naming the braces") {
    scene s;
    const json answer = refused_imagine(s, {{"prompt", "a {red, blue} fox"}}, 4, english);
    CHECK(mentions(answer["description"].get<std::string>(), "{ }"));
    CHECK(refused_imagine(s, {{"prompt", "a {red fox"}}, 4)["description"].is_string());
}

TEST_CASE("a banned word is code 24 with the word as it was typed") {
    scene_options options;
    options.api.banned_words = {"gore", "裸体"};
    scene s(options);
    const json answer = refused_imagine(s, {{"prompt", "much GoRe here --v 6"}}, 24);
    CHECK(answer["description"] == "可能包含敏感词");
    CHECK(answer["properties"]["bannedWord"] == "GoRe");
    CHECK(answer["properties"]["promptEn"] == "much GoRe here --v 6");
    CHECK(
        refused_imagine(s, {{"prompt", "一个裸体的人"}}, 24)["properties"]["bannedWord"] == "裸体"
    );
    CHECK(submit(s, {{"prompt", "Gorey"}})["code"] == 1);
}

TEST_CASE("a banned word is found before a bad picture or flag is") {
    scene_options options;
    options.api.banned_words = {"gore"};
    scene s(options);
    refused_imagine(s, {{"prompt", "gore --xyz"}, {"base64Array", {"!"}}}, 24);
}

TEST_CASE("the speed mode follows its order of precedence") {
    struct row {
        const char* target;
        json extra;
        const char* prompt;
        std::optional<task::speed_mode> mode;
    };

    const auto fast = task::speed_mode::fast;
    const auto relax = task::speed_mode::relax;
    const auto turbo = task::speed_mode::turbo;
    const json filter{{"accountFilter", {{"modes", {"", "RELAX", "FAST"}}}}};
    const row rows[] = {
        {"/mj/submit/imagine", json::object(), "a", std::nullopt},
        {"/mj/submit/imagine", json::object(), "a --turbo", turbo},
        {"/mj/submit/imagine", filter, "a --turbo", relax},
        {"/mj/submit/imagine", {{"mode", "Fast"}}, "a --turbo", fast},
        {"/mj/submit/imagine", {{"model", "mj-relax"}}, "a --turbo", relax},
        {"/mj/submit/imagine", {{"model", "midjourney"}}, "a --turbo", turbo},
        {"/mj-turbo/mj/submit/imagine", {{"mode", "RELAX"}}, "a --fast", turbo},
        {"/fast/mj/submit/imagine", filter, "a", fast},
        {"/other/mj/submit/imagine", {{"mode", "relax"}}, "a", relax},
    };
    scene s;
    for (const row& one : rows) {
        CAPTURE(one.target);
        CAPTURE(one.extra.dump());
        json body = one.extra;
        body["prompt"] = one.prompt;
        const json answer = json_of(s.post(one.target, body));
        REQUIRE(answer["code"] == 1);
        CHECK(s.submission(answer["result"]).mode == one.mode);
    }
}

TEST_CASE("a hook that is not public is refused, naming callback.allow") {
    scene s;
    const json answer =
        refused_imagine(s, {{"prompt", "a"}, {"notifyHook", "http://10.0.0.1/hook"}}, 4, english);
    CHECK(mentions(answer["description"].get<std::string>(), "callback.allow"));
    const json chinese =
        refused_imagine(s, {{"prompt", "a"}, {"notifyHook", "http://10.0.0.1/hook"}}, 4);
    CHECK(mentions(chinese["description"].get<std::string>(), "notifyHook"));
    refused_imagine(s, {{"prompt", "a"}, {"notifyHook", "not a url"}}, 4);
}

TEST_CASE("without a hook the default one is used, and without that none") {
    scene_options options;
    options.callback_default_url = "http://127.0.0.1:9100/default";
    scene with(options);
    const std::string id = with.imagine();
    CHECK(with.submission(id).notify_hook == "http://127.0.0.1:9100/default");
    CHECK(with.given(id).has_hook);
    scene without;
    CHECK(!without.given(without.imagine()).has_hook);
}

TEST_CASE("the state may have 2000 characters, of any script") {
    scene s;
    std::string longest;
    for (int i = 0; i < 2000; ++i) {
        longest += "狐";
    }
    const json answer = submit(s, {{"prompt", "a"}, {"state", longest}});
    REQUIRE(answer["code"] == 1);
    CHECK(s.submission(answer["result"]).state == longest);
    const json over = refused_imagine(s, {{"prompt", "a"}, {"state", longest + "x"}}, 4, english);
    CHECK(mentions(over["description"].get<std::string>(), "state"));
}

TEST_CASE("flags that no backend at hand can express are noted, others are not") {
    scene_options options;
    options.dialect = "crazyrouter"; // it documents neither seed nor exact sizes
    scene s(options);
    const auto notes = s.submission(s.imagine("a fox --seed 5 --ar 16:9 --no fog")).notes;
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].starts_with("--seed: "));
    scene able;
    CHECK(able.submission(able.imagine("a fox --seed 5 --ar 16:9 --no fog")).notes.empty());
}

TEST_CASE("a relay that remixes with one model only is used for that, and it is noted") {
    scene_options options;
    options.dialect = "crazyrouter";
    scene s(options);
    const json answer = submit(s, {{"prompt", "a"}, {"base64Array", {data_url(png())}}});
    REQUIRE(answer["code"] == 1);
    const auto made = s.submission(answer["result"]);
    CHECK(made.request.model == task::model::v2);
    REQUIRE(!made.notes.empty());
    CHECK(mentions(made.notes[0], "V_2"));
}

TEST_CASE("flags that a client keeps in its state count, where the prompt is bare") {
    scene s;
    const auto made = [&s](const char* prompt, const char* state) {
        const json answer = submit(s, {{"prompt", prompt}, {"state", state}});
        REQUIRE(answer["code"] == 1);
        return s.submission(answer["result"]);
    };
    const auto ruoyi = made("a fox", " --ar 512:768  --v 5.2 ");
    CHECK(ruoyi.request.aspect == task::ratio{512, 768});
    CHECK(ruoyi.request.model == task::model::v2);
    CHECK(ruoyi.request.prompt == "a fox");
    CHECK(ruoyi.prompt == "a fox");
    CHECK(ruoyi.state == " --ar 512:768  --v 5.2 ");
    CHECK(!made("a fox --v 6", "--ar 512:768").request.aspect);
    CHECK(!made("a fox", "--ar 512:768 --xyz").request.aspect);
    CHECK(!made("a fox", "--ar 512:768 room 7").request.aspect);
    CHECK(!made("a fox", "room --ar 512:768").request.aspect);
}

TEST_CASE("a full queue and a full caller are code 23") {
    scene_options options;
    options.api.queue_limit = 1;
    scene s(options);
    submit(s, {{"prompt", "a"}});
    CHECK(refused_imagine(s, {{"prompt", "b"}}, 23)["description"] == "队列已满，请稍后尝试");
    scene other;
    other.tasks.refuse_submits(queue::submitted::verdict::caller_full);
    refused_imagine(other, {{"prompt", "b"}}, 23);
}

TEST_CASE("no backend for any model is code 3") {
    scene_options options;
    options.operations = {operation::describe};
    scene s(options);
    CHECK(refused_imagine(s, {{"prompt", "a"}}, 3)["description"] == "无可用的账号实例");
}

TEST_CASE("the same Idempotency-Key and body give the same task") {
    scene s;
    const header_list key{{"Idempotency-Key", "abc"}};
    const auto first = s.post(path, {{"prompt", "a"}}, key);
    const auto second = s.post(path, {{"prompt", "a"}}, key);
    CHECK(json_of(first)["result"] == json_of(second)["result"]);
    CHECK(!first.headers.has("Idempotent-Replayed"));
    CHECK(second.headers.get("Idempotent-Replayed") == "true");
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("the same Idempotency-Key with another body is 422") {
    scene s;
    const header_list key{{"Idempotency-Key", "abc"}};
    s.post(path, {{"prompt", "a"}}, key);
    const auto answer = s.post(path, {{"prompt", "b"}}, key);
    CHECK(answer.status == 422);
    CHECK(json_of(answer)["code"] == 4);
    CHECK(json_of(answer)["result"].is_null());
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("an Idempotency-Key has at most 255 characters") {
    scene s;
    CHECK(
        s.post(path, {{"prompt", "a"}}, {{"Idempotency-Key", std::string(255, 'k')}}).status == 200
    );
    const auto answer =
        s.post(path, {{"prompt", "b"}}, {{"Idempotency-Key", std::string(256, 'k')}});
    CHECK(json_of(answer)["code"] == 4);
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("without Redis a submit is 503 with Retry-After, and says nothing of the inside") {
    scene s;
    s.tasks.outage = failure{failure_kind::unavailable, "redis: connect: Connection refused"};
    const auto answer = s.post(path, {{"prompt", "a"}});
    CHECK(answer.status == 503);
    CHECK(answer.headers.get("Retry-After") == "1");
    const json body = json_of(answer);
    CHECK(body["code"] == 9);
    CHECK(body["result"].is_null());
    CHECK(!mentions(answer.text(), "redis"));
}

TEST_CASE("the queue gets no more than the budget of a submit") {
    scene s;
    s.imagine();
    CHECK(s.tasks.last_budget > milliseconds(0));
    CHECK(s.tasks.last_budget <= milliseconds(1800));
}

TEST_CASE("a picture makes the imagine a remix of it, stored out of sight") {
    scene s;
    const std::string bytes = png(40);
    for (const std::string& sent :
         {data_url(bytes),
          to_base64(bytes),
          "data:;base64," + to_base64(bytes),
          "data:text/html;base64," + to_base64(bytes)}) {
        CAPTURE(sent.substr(0, 30));
        const json answer = submit(s, {{"prompt", "a fox"}, {"base64Array", {sent}}});
        REQUIRE(answer["code"] == 1);
        const std::string id = answer["result"];
        const auto request = s.submission(id).request;
        CHECK(request.what == operation::remix);
        REQUIRE(request.pictures.size() == 1);
        CHECK(request.pictures[0].id == id);
        CHECK(request.pictures[0].n > 20);
        CHECK(*s.images->read(id, request.pictures[0].n) == bytes);
        CHECK(s.get("/mj/image/" + id + "/" + std::to_string(request.pictures[0].n)).status == 404);
    }
}

TEST_CASE("the old field base64 counts when there is no base64Array") {
    scene s;
    const json answer = submit(s, {{"prompt", "a"}, {"base64", data_url(png())}});
    CHECK(s.submission(answer["result"]).request.what == operation::remix);
}

TEST_CASE("further pictures become style references of V_3") {
    scene s;
    const json answer =
        submit(s, {{"prompt", "a"}, {"base64Array", {data_url(png(1)), data_url(png(2))}}});
    const auto made = s.submission(answer["result"]);
    CHECK(made.request.pictures.size() == 1);
    CHECK(made.request.style_references.size() == 1);
    CHECK(!made.notes.empty());
}

TEST_CASE("what is no picture in base64 is refused with the exact text") {
    scene s;
    for (const std::string& sent :
         {std::string("!!!"),
          std::string("data:image/png;base64,###"),
          std::string("data:image/png,abc"),
          std::string("data:image/png;base64"),
          to_base64("not a picture"),
          std::string("A")}) {
        CAPTURE(sent);
        const json answer = refused_imagine(s, {{"prompt", "a"}, {"base64Array", {sent}}}, 4);
        CHECK(answer["description"] == "base64格式错误");
    }
    refused_imagine(s, {{"prompt", "a"}, {"base64Array", {data_url(png()), "!!!"}}}, 4);
}

TEST_CASE("six pictures are refused by name") {
    scene s;
    const json answer = refused_imagine(
        s, {{"prompt", "a"}, {"base64Array", json(6, data_url(png()))}}, 4, english
    );
    CHECK(mentions(answer["description"].get<std::string>(), "base64Array"));
}

TEST_CASE("a large body with a picture is read whole") {
    scene s;
    std::string bytes = png(3, 512);
    bytes.append(200000, 'x'); // bytes after the picture's end
    const json answer = submit(s, {{"prompt", "a"}, {"base64Array", {data_url(bytes)}}});
    REQUIRE(answer["code"] == 1);
    const std::string id = answer["result"];
    CHECK(s.images->read(id, 70)->size() == bytes.size());
}

TEST_CASE("a picture without a backend that remixes is code 3, after the picture is checked") {
    scene_options options;
    options.operations = {operation::generate};
    scene s(options);
    refused_imagine(s, {{"prompt", "a"}, {"base64Array", {data_url(png())}}}, 3);
    refused_imagine(s, {{"prompt", "a"}, {"base64Array", {"!!!"}}}, 4);
    refused_imagine(s, {{"prompt", "https://x.example/a.png a fox"}}, 3);
    CHECK(submit(s, {{"prompt", "a"}})["code"] == 1);
}

TEST_CASE("when the store cannot keep a picture the submit is 503 and makes no task") {
    scene s;
    s.tasks.outage = failure{failure_kind::unavailable, "redis: timeout"};
    const auto answer = s.post(path, {{"prompt", "a"}, {"base64Array", {data_url(png())}}});
    CHECK(answer.status == 503);
    CHECK(s.tasks.empty());
}

TEST_CASE("what Midjourney has and this program lacks is answered in its words") {
    scene s;
    const std::pair<const char*, const char*> rows[] = {
        {"/mj/submit/video", "视频功能未启用"},
        {"/mj/insight-face/swap", "服务不支持"},
        {"/mj/insight-face/video-swap", "服务不支持"},
    };
    for (const auto& [target, text] : rows) {
        CAPTURE(target);
        const json answer = json_of(s.post(target, json::object()));
        CHECK(answer["code"] == 4);
        CHECK(answer["description"] == text);
        CHECK(answer["result"].is_null());
    }
    CHECK(s.tasks.empty());
}
