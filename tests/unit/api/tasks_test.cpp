#include "scene.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

std::string fetch_path(const std::string& id) {
    return "/mj/task/" + id + "/fetch";
}

std::vector<std::string> ids_of(const json& tasks) {
    std::vector<std::string> ids;
    for (const json& one : tasks) {
        ids.push_back(one["id"]);
    }
    return ids;
}

} // namespace

TEST_CASE("a task can be fetched the moment its submit has answered, with every key") {
    scene s;
    const std::string id = s.imagine();
    const auto answer = s.get(fetch_path(id));
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("Content-Type") == "application/json; charset=utf-8");
    const json view = json_of(answer);
    CHECK(view["id"] == id);
    CHECK(view["status"] == "NOT_START");
    CHECK(view["progress"].is_null());
    for (const char* key :
         {"id",
          "action",
          "status",
          "prompt",
          "promptEn",
          "description",
          "state",
          "submitTime",
          "startTime",
          "finishTime",
          "imageUrl",
          "progress",
          "failReason",
          "properties",
          "buttons",
          "imageUrls",
          "mode",
          "parentId",
          "seed"}) {
        CAPTURE(key);
        CHECK(view.contains(key));
    }
}

TEST_CASE("the stored view of an ended task is passed through unparsed") {
    scene s;
    const std::string id = s.imagine();
    s.tasks.succeed(id, R"({"id": "spaced" , "kept":[1,2]})");
    CHECK(s.get(fetch_path(id)).text() == R"({"id": "spaced" , "kept":[1,2]})");
}

TEST_CASE("pollers of an ended task do not ask the queue each time, and of an open one do") {
    scene s;
    const std::string id = s.imagine();
    const auto open_text = s.get(fetch_path(id)).text();
    s.tasks.succeed(id, R"({"id":1})");
    CHECK(s.get(fetch_path(id)).text() != open_text);
    s.tasks.at(id).view = "changed behind the back";
    CHECK(s.get(fetch_path(id)).text() == R"({"id":1})");
}

TEST_CASE("an unknown id is a JSON 404 with code 4") {
    scene s;
    for (const char* id : {"1760000000009999", "1", "abc", "..", "%2e%2e", "17600000000000010"}) {
        CAPTURE(id);
        const auto answer = s.get(fetch_path(id));
        CHECK(answer.status == 404);
        CHECK(json_of(answer)["code"] == 4);
        CHECK(json_of(answer)["result"].is_null());
    }
}

TEST_CASE("an unchanged task is 304 to who has its ETag") {
    scene s;
    const std::string id = s.imagine();
    const auto first = s.get(fetch_path(id));
    const std::string etag(first.headers.get("ETag"));
    REQUIRE(etag.starts_with("W/\""));
    const auto again = s.get(fetch_path(id), {{"If-None-Match", etag}});
    CHECK(again.status == 304);
    CHECK(again.text().empty());
    CHECK(again.headers.get("ETag") == etag);
    s.tasks.succeed(id, R"({"id":"other"})");
    const auto ended = s.get(fetch_path(id), {{"If-None-Match", etag}});
    CHECK(ended.status == 200);
    const std::string ended_etag(ended.headers.get("ETag"));
    CHECK(s.get(fetch_path(id), {{"If-None-Match", ended_etag}}).status == 304);
}

TEST_CASE("a task that cannot be read is a 500 that does not tell why") {
    scene s;
    const std::string id = s.imagine();
    s.tasks.at(id).submission = "damaged";
    const auto answer = s.get(fetch_path(id));
    CHECK(answer.status == 500);
    CHECK(json_of(answer)["code"] == 9);
    CHECK(!mentions(answer.text(), "damaged"));
}

TEST_CASE("without Redis reads are 503 with Retry-After") {
    scene s;
    const std::string id = s.imagine();
    s.tasks.outage = failure{failure_kind::unavailable, "redis: timeout"};
    for (const std::string& path :
         {fetch_path(id), std::string("/mj/task/list"), std::string("/mj/task/queue")}) {
        CAPTURE(path);
        const auto answer = s.get(path);
        CHECK(answer.status == 503);
        CHECK(answer.headers.get("Retry-After") == "1");
        CHECK(json_of(answer)["code"] == 9);
    }
    CHECK(s.post("/mj/task/list-by-condition", {{"ids", {id}}}).status == 503);
}

TEST_CASE("the list has the newest tasks first, a hundred at most") {
    scene s;
    CHECK(s.get("/mj/task/list").text() == "[]");
    std::vector<std::string> made;
    for (int i = 0; i < 103; ++i) {
        made.push_back(s.imagine());
    }
    const auto ids = ids_of(json_of(s.get("/mj/task/list")));
    REQUIRE(ids.size() == 100);
    CHECK(ids.front() == made.back());
    CHECK(ids.back() == made[3]);
}

TEST_CASE("one damaged task does not hide the others in a list") {
    scene s;
    const std::string bad = s.imagine();
    const std::string good = s.imagine();
    s.tasks.at(bad).submission = "damaged";
    CHECK(ids_of(json_of(s.get("/mj/task/list"))) == std::vector<std::string>{good});
}

TEST_CASE("the queue shows what has not ended, oldest first") {
    scene s;
    const std::string first = s.imagine();
    const std::string ended = s.imagine();
    const std::string second = s.imagine();
    s.tasks.succeed(ended);
    CHECK(ids_of(json_of(s.get("/mj/task/queue"))) == std::vector{first, second});
}

TEST_CASE("list-by-condition gives exactly the tasks that exist, each once, never null") {
    scene s;
    const std::string one = s.imagine();
    const std::string two = s.imagine();
    const json body{
        {"ids", {one, "1999999999999999", std::stoll(two), "nonsense", one, "", nullptr}}
    };
    const auto answer = s.post("/mj/task/list-by-condition", body);
    CHECK(answer.status == 200);
    CHECK(ids_of(json_of(answer)) == std::vector{one, two});
}

TEST_CASE("list-by-condition without ids is an empty array") {
    scene s;
    s.imagine();
    for (const json& body :
         {json::object(), json{{"ids", nullptr}}, json{{"ids", json::array()}}, json(nullptr)}) {
        CAPTURE(body.dump());
        const auto answer = s.post("/mj/task/list-by-condition", body);
        CHECK(answer.status == 200);
        CHECK(answer.text() == "[]");
    }
    CHECK(s.tasks.reads == 0);
}

TEST_CASE("thousands of ids are read in small steps") {
    scene s;
    json ids = json::array();
    for (int i = 0; i < 450; ++i) {
        ids.push_back(s.imagine());
    }
    for (int i = 0; i < 3000; ++i) {
        ids.push_back(std::to_string(1990000000000000 + i));
    }
    const json found = json_of(s.post("/mj/task/list-by-condition", {{"ids", ids}}));
    CHECK(found.size() == 450);
    CHECK(s.tasks.largest_read <= 200);
    CHECK(s.tasks.reads == 18);
}

TEST_CASE("ids of a wrong type are refused by name") {
    scene s;
    for (const json& body :
         {json{{"ids", true}},
          json{{"ids", {{"a", 1}}}},
          json{{"ids", {1.5}}},
          json{{"ids", {json::array()}}}}) {
        CAPTURE(body.dump());
        const json answer = json_of(s.post("/mj/task/list-by-condition", body, english));
        CHECK(answer["code"] == 4);
        CHECK(mentions(answer["description"].get<std::string>(), "ids"));
    }
}

TEST_CASE("list-by-ids adds what the web client displays") {
    scene s;
    const std::string id = s.imagine();
    s.tasks.succeed(
        id,
        R"({"id":"x","status":"SUCCESS","action":"IMAGINE","submitTime":1760000000000,)"
        R"("startTime":1760000001000,"finishTime":1760000003500,"buttons":[]})"
    );
    const std::string open = s.imagine();
    const json found = json_of(s.post("/mj/task/list-by-ids", {{"ids", {id, open}}}, english));
    REQUIRE(found.size() == 2);
    CHECK(found[0]["useTime"] == 2500);
    CHECK(found[0]["displays"]["status"] == "Success");
    CHECK(found[0]["displays"]["action"] == "IMAGINE");
    CHECK(found[0]["displays"]["submitTime"].get<std::string>().size() == 19);
    CHECK(found[0]["displays"]["discordInstanceId"].is_string());
    CHECK(found[1]["useTime"].is_null());
    CHECK(found[1]["displays"]["finishTime"].is_null());
    CHECK(found[1]["id"] == open);
}

TEST_CASE("a foreign task is in no list") {
    scene_options options;
    options.api.api_keys = {"op"};
    api::caller_options bot;
    bot.name = "bot";
    bot.key = "bot-key";
    options.api.callers = {bot};
    scene s(options);
    const std::string id = s.imagine("a fox", {{"mj-api-secret", "op"}});
    const header_list stranger{{"mj-api-secret", "bot-key"}};
    CHECK(s.get("/mj/task/list", stranger).text() == "[]");
    CHECK(s.get("/mj/task/queue", stranger).text() == "[]");
    CHECK(s.post("/mj/task/list-by-condition", {{"ids", {id}}}, stranger).text() == "[]");
    CHECK(s.post("/mj/task/list-by-ids", {{"ids", {id}}}, stranger).text() == "[]");
    CHECK(json_of(s.post("/mj/task/query", json::object(), stranger))["list"] == json::array());
    CHECK(s.post("/mj/task/" + id + "/cancel", json::object(), stranger).status == 404);
    CHECK(s.get("/mj/task/" + id + "/image-seed", stranger).status == 404);
    CHECK(s.task(id).record.state == task::state::queued);
}

TEST_CASE("cancelling ends the task with the reason in the task's own language") {
    scene s;
    const std::string id = s.imagine("a fox", english);
    const auto answer = s.send("POST", "/mj/task/" + id + "/cancel");
    CHECK(answer.status == 200);
    const json body = json_of(answer);
    CHECK(body["code"] == 1);
    CHECK(body["description"] == "成功");
    CHECK(s.task(id).record.fail_reason == "Task cancelled");
    const std::string chinese = s.imagine();
    s.send("POST", "/mj/task/" + chinese + "/cancel", "", english);
    CHECK(s.task(chinese).record.fail_reason == "取消任务");
}

TEST_CASE("a task that has ended cannot be cancelled: code 4") {
    scene s;
    const std::string id = s.imagine();
    s.tasks.succeed(id);
    const auto answer = s.send("POST", "/mj/task/" + id + "/cancel");
    CHECK(answer.status == 200);
    CHECK(json_of(answer)["code"] == 4);
    CHECK(s.send("POST", "/mj/task/1999999999999999/cancel").status == 404);
}

TEST_CASE("image-seed is a string of digits") {
    scene s;
    const std::string id = s.imagine();
    const std::string path = "/mj/task/" + id + "/image-seed";
    CHECK(json_of(s.send("GET", path, "null"))["code"] == 4);
    s.tasks.succeed(id, R"({"id":"x","seed":"636646138"})");
    for (const std::string& any : {path, "/v1" + path}) {
        const json body = json_of(s.send("GET", any, "null"));
        CHECK(body["code"] == 1);
        CHECK(body["description"] == "成功");
        CHECK(body["result"] == "636646138");
    }
    for (const char* seed : {"null", "\"\"", "\"12x\"", "5"}) {
        CAPTURE(seed);
        s.tasks.succeed(id, std::string(R"({"id":"x","seed":)") + seed + "}");
        CHECK(json_of(s.get(path))["code"] == 4);
    }
}

TEST_CASE("a query filters and pages over the newest tasks") {
    scene s;
    std::vector<std::string> foxes;
    for (int i = 0; i < 12; ++i) {
        foxes.push_back(s.imagine("a fox number " + std::to_string(i)));
        s.imagine("a cat");
    }
    const auto query = [&](const json& body) { return json_of(s.post("/mj/task/query", body)); };
    const json page = query({{"prompt", "fox"}, {"pageSize", 5}, {"pageNumber", 2}});
    CHECK(page["pagination"] == json{{"current", 2}, {"pageSize", 5}, {"total", 12}});
    CHECK(ids_of(page["list"]) == std::vector{foxes[1], foxes[0]});
    CHECK(query({{"status", "SUCCESS"}})["pagination"]["total"] == 0);
    CHECK(query({{"statusSet", {"NOT_START"}}})["pagination"]["total"] == 24);
    CHECK(query({{"id", foxes[3]}})["pagination"]["total"] == 1);
    CHECK(query({{"ids", {foxes[3], foxes[4]}}})["pagination"]["total"] == 2);
    const json oldest = query({{"sort", "submitTime,asc"}, {"pageSize", 1}});
    CHECK(ids_of(oldest["list"]) == std::vector{foxes[0]});
    CHECK(query({{"pageNumber", 9000000000000000000}})["list"] == json::array());
    CHECK(query({{"pageSize", "many"}})["code"] == 4);
}

TEST_CASE("ids are accepted as numbers wherever one is received") {
    scene s;
    const std::string id = s.finished_imagine();
    CHECK(
        json_of(s.post(
            "/mj/submit/action",
            {{"taskId", std::stoll(id)}, {"customId", "MJ::JOB::upsample::1::job"}}
        ))["code"]
        == 1
    );
    CHECK(json_of(s.post("/mj/task/list-by-ids", {{"ids", {std::stoll(id)}}})).size() == 1);
}
