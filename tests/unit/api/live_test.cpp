// The live API beside the Midjourney one: the same tasks, made, read, listed and cancelled.
#include "imagined/base/bytes.hpp"
#include "scene.hpp"

#include <doctest/doctest.h>

#include <cstring>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

std::string live_path(const std::string& id) {
    return "/v1/tasks/" + id;
}

json create(scene& s, const json& body, const header_list& headers = {}) {
    const auto answer = s.post("/v1/tasks", body, headers);
    REQUIRE_MESSAGE(answer.status == 201, std::string(answer.text()));
    return json_of(answer);
}

json problem(const http::response& answer, int status, const std::string& name) {
    CHECK(answer.status == status);
    CHECK(answer.headers.get("Content-Type") == "application/problem+json");
    const json body = json_of(answer);
    CHECK(body["type"] == "urn:imagined:problem:" + name);
    CHECK(body["status"] == status);
    CHECK(!body["title"].get<std::string>().empty());
    CHECK(body["retryable"].is_boolean());
    return body;
}

std::vector<std::string> ids_of_page(const json& page) {
    std::vector<std::string> ids;
    for (const json& one : page["tasks"]) {
        ids.push_back(one["id"]);
    }
    return ids;
}

scene_options with_callers() {
    scene_options options;
    options.api.api_keys = {"root"};
    options.api.callers = {{.name = "ann", .key = "a"}, {.name = "bob", .key = "b"}};
    return options;
}

const header_list ann_asking{{"Api-Key", "a"}};
const header_list bob_asking{{"Api-Key", "b"}};
const header_list root{{"Api-Key", "root"}};

} // namespace

TEST_CASE("a task made under /v1 is the task under /mj, and the other way round") {
    scene s;
    const auto answer = s.post("/v1/tasks", {{"prompt", "a red fox --ar 16:9"}, {"state", "mine"}});
    CHECK(answer.status == 201);
    const json made = json_of(answer);
    const std::string id = made["id"];
    CHECK(answer.headers.get("Location") == "http://pictures.example/v1/tasks/" + id);
    CHECK(made["urls"]["self"] == answer.headers.get("Location"));
    CHECK(made["status"] == "waiting");
    const json seen = json_of(s.get("/mj/task/" + id + "/fetch"));
    CHECK(seen["prompt"] == "a red fox --ar 16:9");
    CHECK(seen["state"] == "mine");
    CHECK(made["task"] == seen);
    const std::string other = s.imagine("a blue fox");
    CHECK(json_of(s.get(live_path(other)))["task"]["prompt"] == "a blue fox");
}

TEST_CASE("every kind of submit goes by its word") {
    scene s;
    const std::string grid = s.finished_imagine();
    CHECK(create(s, {{"kind", "shorten"}, {"prompt", "a very red fox"}})["status"] == "succeeded");
    const json change{{"kind", "change"}, {"taskId", grid}, {"action", "REROLL"}};
    CHECK(create(s, change)["task"]["action"] == "REROLL");
    const json describe{
        {"kind", "describe"}, {"base64", "data:image/png;base64," + to_base64(png())}
    };
    CHECK(create(s, describe)["task"]["action"] == "DESCRIBE");
    const auto unknown = s.post("/v1/tasks", {{"kind", "video"}, {"prompt", "x"}}, english);
    const json told = problem(unknown, 400, "invalid-request");
    CHECK(mentions(told["detail"].get<std::string>(), "imagine"));
    CHECK(s.post("/v1/tasks", {{"kind", 7}, {"prompt", "x"}}).status == 400);
}

TEST_CASE("what the queue decides is told by status and type") {
    scene s;
    problem(s.post("/v1/tasks", {{"prompt", ""}}), 400, "invalid-request");
    problem(s.send("POST", "/v1/tasks", "{"), 400, "invalid-request");
    problem(s.post("/v1/tasks", {{"kind", "answer"}, {"taskId", "1"}}), 400, "invalid-request");
    s.tasks.refuse_submits(queue::submitted::verdict::caller_full);
    const auto full = s.post("/v1/tasks", {{"prompt", "x"}});
    CHECK(problem(full, 429, "queue-full")["retryable"] == true);
    CHECK(full.headers.get("Retry-After") == "5");
    s.tasks.refuse.reset();
    s.tasks.outage = failure{failure_kind::unavailable, "redis: secret"};
    const auto gone = s.post("/v1/tasks", {{"prompt", "x"}});
    CHECK(problem(gone, 503, "unavailable")["retryable"] == true);
    CHECK(gone.headers.has("Retry-After"));
    CHECK(!mentions(gone.text(), "secret"));
}

TEST_CASE("a banned prompt and a missing capability are the request's own fault") {
    scene_options options;
    options.api.banned_words = {"gore"};
    options.operations = {task::operation::generate};
    scene s(options);
    CHECK(
        problem(s.post("/v1/tasks", {{"prompt", "gore"}}), 422, "prompt-banned")["retryable"]
        == false
    );
    const json picture{
        {"kind", "describe"}, {"base64", "data:image/png;base64," + to_base64(png())}
    };
    problem(s.post("/v1/tasks", picture), 422, "not-offered");
}

TEST_CASE("the door of the live API speaks in problem documents") {
    scene s(with_callers());
    problem(s.get("/v1/tasks"), 401, "unauthorized");
    problem(s.get("/v1/tasks/1/nothing", ann_asking), 404, "no-such-endpoint");
    const auto method = s.send("DELETE", "/v1/tasks", "", ann_asking);
    problem(method, 405, "method-not-allowed");
    CHECK(method.headers.get("Allow") == "POST, GET, HEAD, OPTIONS");
    problem(s.get(live_path("1760000000009999"), ann_asking), 404, "no-such-task");
    problem(s.get(live_path("nonsense"), ann_asking), 404, "no-such-task");
    s.state.draining = true;
    const auto closed = s.post("/v1/tasks", {{"prompt", "x"}}, ann_asking);
    CHECK(problem(closed, 503, "unavailable")["retryable"] == true);
    CHECK(closed.headers.get("Retry-After") == "5");
    CHECK(json_of(s.get("/v1/other", ann_asking)).contains("code"));
}

TEST_CASE("one Idempotency-Key is one task, and the second answer says so") {
    scene s;
    const header_list keyed{{"Idempotency-Key", "k"}};
    const auto first = s.post("/v1/tasks", {{"prompt", "x"}}, keyed);
    const auto again = s.post("/v1/tasks", {{"prompt", "x"}}, keyed);
    CHECK(first.status == 201);
    CHECK(again.status == 200);
    CHECK(again.headers.get("Idempotent-Replayed") == "true");
    CHECK(again.headers.get("Location") == first.headers.get("Location"));
    problem(s.post("/v1/tasks", {{"prompt", "y"}}, keyed), 422, "idempotency-key-reused");
}

TEST_CASE("submits tell what is left of the limits") {
    scene_options options = with_callers();
    options.api.queue_limit = 10;
    options.api.callers[0].max_waiting = 5;
    scene s(options);
    s.tasks.model.register_callers({{options.api.callers[0].name, 1, 4, 0}});
    const auto made = s.post("/v1/tasks", {{"prompt", "x"}}, ann_asking);
    CHECK(made.headers.get("RateLimit") == R"("queue";r=9, "caller";r=3)");
    CHECK(
        made.headers.get("RateLimit-Policy")
        == R"("queue";q=10;qu="concurrent-requests", "caller";q=5;qu="concurrent-requests")"
    );
    CHECK(
        s.post("/mj/submit/imagine", {{"prompt", "x"}}, root).headers.get("RateLimit")
        == R"("queue";r=8)"
    );
}

TEST_CASE("a waiting task shows its place and the time that it will take") {
    scene s;
    s.tasks.figures().durations_ms = {{"generate/V_3/DEFAULT", 8000}};
    s.imagine("first");
    const std::string second = s.imagine("second");
    const json shown = json_of(s.get(live_path(second)));
    CHECK(shown["queue"]["ahead"] == 1);
    CHECK(shown["queue"]["expectedWaitMs"] == 0);
    for (int i = 0; i < 20; ++i) {
        s.imagine("more");
    }
    const json last = json_of(s.get(live_path(s.imagine("last"))));
    // 22 ahead of it, ten places that are all free: the thirteenth end of a call.
    CHECK(last["queue"] == json{{"ahead", 22}, {"expectedWaitMs", 13 * 8000 / 10}});
}

TEST_CASE("an unchanged task is 304 to who has its tag") {
    scene s;
    const std::string id = s.imagine();
    const auto first = s.get(live_path(id));
    const std::string etag(first.headers.get("ETag"));
    REQUIRE(etag.starts_with("W/\"1-waiting"));
    CHECK(s.get(live_path(id), {{"If-None-Match", etag}}).status == 304);
    s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
    const auto later = s.get(live_path(id), {{"If-None-Match", etag}});
    CHECK(later.status == 200);
    CHECK(json_of(later)["status"] == "running");
}

TEST_CASE("a cancelled task has ended, once") {
    scene s;
    const std::string id = s.imagine();
    const auto ended = s.send("POST", live_path(id) + "/cancel");
    CHECK(ended.status == 200);
    CHECK(json_of(ended)["status"] == "cancelled");
    CHECK(json_of(ended)["error"]["code"] == "CANCELLED");
    const auto again = s.send("POST", live_path(id) + "/cancel");
    CHECK(problem(again, 409, "task-ended")["retryable"] == false);
    problem(s.send("POST", live_path("1760000000009999") + "/cancel"), 404, "no-such-task");
}

TEST_CASE("a result is there when the task has succeeded") {
    scene s;
    const std::string id = s.imagine();
    const std::string path = live_path(id) + "/result";
    CHECK(problem(s.get(path), 409, "task-not-ended")["retryable"] == true);
    s.tasks.succeed(
        id,
        R"({"action":"IMAGINE","imageUrl":"http://p/1","imageUrls":[{"url":"u","thumbnail":"t"},)"
        R"({"url":"v","thumbnail":"w"}],"seed":"7","properties":{"finalPrompt":"a fox"}})"
    );
    const json grid = json_of(s.get(path));
    CHECK(grid["id"] == id);
    CHECK(grid["imageUrl"] == "http://p/1");
    CHECK(grid["images"].size() == 2);
    CHECK(grid["images"][1]["url"] == "v");
    CHECK(grid["seed"] == "7");
    CHECK(grid["text"].is_null());
    s.tasks.succeed(
        id,
        R"({"action":"IMAGINE","imageUrl":"http://p/1","imageUrls":null,"properties":)"
        R"({"pictures":[{"url":"x","thumbnail":"t"},{"url":"y","thumbnail":"w"}]}})"
    );
    CHECK(json_of(s.get(path))["images"][1]["url"] == "y");
    s.tasks.succeed(id, R"({"action":"UPSCALE","imageUrl":"http://p/2","imageUrls":null})");
    const json single = json_of(s.get(path));
    CHECK(
        single["images"]
        == json::array({{{"url", "http://p/2"}, {"thumbnail", "http://p/2?thumb=1"}}})
    );
    s.tasks.succeed(id, R"({"action":"DESCRIBE","properties":{"finalPrompt":"a fox"}})");
    CHECK(json_of(s.get(path))["text"] == "a fox");
    CHECK(json_of(s.get(path))["images"].empty());
}

TEST_CASE("a failed task has no result, and says why") {
    scene s;
    const std::string id = s.imagine("x", english);
    s.send("POST", live_path(id) + "/cancel");
    const json told = problem(s.get(live_path(id) + "/result"), 409, "task-failed");
    CHECK(told["detail"] == "Task cancelled");
}

TEST_CASE("nobody sees, cancels or lists a stranger's task") {
    scene s(with_callers());
    const std::string id = create(s, {{"prompt", "mine"}}, ann_asking)["id"];
    CHECK(s.get(live_path(id), ann_asking).status == 200);
    problem(s.get(live_path(id), bob_asking), 404, "no-such-task");
    problem(s.get(live_path(id) + "/result", bob_asking), 404, "no-such-task");
    problem(s.send("POST", live_path(id) + "/cancel", "", bob_asking), 404, "no-such-task");
    CHECK(json_of(s.get("/v1/tasks", bob_asking))["tasks"].empty());
    CHECK(ids_of_page(json_of(s.get("/v1/tasks", root))) == std::vector{id});
    CHECK(json_of(s.get("/v1/tasks", root))["tasks"][0]["caller"] == "ann");
}

TEST_CASE("pages follow one another, newest first, whatever is submitted meanwhile") {
    scene s;
    std::vector<std::string> placed;
    for (int i = 0; i < 5; ++i) {
        placed.push_back(s.imagine());
    }
    const json first = json_of(s.get("/v1/tasks?limit=2"));
    CHECK(ids_of_page(first) == std::vector{placed[4], placed[3]});
    s.imagine("meanwhile");
    const json second =
        json_of(s.get("/v1/tasks?limit=2&cursor=" + first["next"].get<std::string>()));
    CHECK(ids_of_page(second) == std::vector{placed[2], placed[1]});
    const json third =
        json_of(s.get("/v1/tasks?limit=2&cursor=" + second["next"].get<std::string>()));
    CHECK(ids_of_page(third) == std::vector{placed[0]});
    CHECK(third["next"].is_null());
    CHECK(first["tasks"][0]["queue"]["ahead"] == 4);
}

TEST_CASE("lists are filtered by status, action and time") {
    scene s;
    const std::string grid = s.finished_imagine();
    const std::string waiting = s.imagine();
    const json change{{"kind", "change"}, {"taskId", grid}, {"action", "REROLL"}};
    const std::string reroll = create(s, change)["id"];
    const auto list = [&](const std::string& query) {
        return ids_of_page(json_of(s.get("/v1/tasks?" + query)));
    };
    CHECK(list("status=succeeded") == std::vector{grid});
    CHECK(list("status=waiting") == std::vector{reroll, waiting});
    CHECK(list("status=succeeded,waiting&action=REROLL,IMAGINE").size() == 3);
    CHECK(list("action=REROLL") == std::vector{reroll});
    CHECK(list("status=failed").empty());
    const auto time = [](const std::string& id) { return id.substr(0, 13); };
    CHECK(list("until=" + time(grid)).empty());
    CHECK(list("since=" + std::to_string(std::stoll(time(grid)) + 1000)).empty());
    CHECK(list("since=" + time(grid)).size() == 3);
}

TEST_CASE("a filter that finds little ends where it has looked, and goes on from there") {
    scene s;
    const std::string oldest = s.finished_imagine();
    for (int i = 0; i < 1200; ++i) {
        s.imagine();
    }
    const json page = json_of(s.get("/v1/tasks?status=succeeded"));
    CHECK(page["tasks"].empty());
    REQUIRE(page["next"].is_string());
    const json rest =
        json_of(s.get("/v1/tasks?status=succeeded&cursor=" + page["next"].get<std::string>()));
    CHECK(ids_of_page(rest) == std::vector{oldest});
    CHECK(rest["next"].is_null());
}

TEST_CASE("a filter that nobody can mean is refused by name") {
    scene s;
    for (const char* query :
         {"status=asleep",
          "action=DANCE",
          "since=yesterday",
          "until=-1",
          "limit=0",
          "limit=101",
          "limit=1x",
          "cursor=abc"}) {
        CAPTURE(query);
        const std::string name(query, std::strchr(query, '='));
        const auto answer = s.get(std::string("/v1/tasks?") + query);
        const json told = problem(answer, 400, "invalid-request");
        CHECK(mentions(told["detail"].get<std::string>(), name));
    }
}
