// What operators turn: the queue's switches, the channels', and the list of it all. And what
// clients are told while nothing is taken.
#include "scene.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

scene_options with_keys() {
    scene_options options;
    options.api.api_keys = {"operator-key"};
    api::caller_options one;
    one.name = "one";
    one.key = "one-key";
    options.api.callers = {one};
    return options;
}

const header_list as_operator{{"Authorization", "Bearer operator-key"}};
const header_list as_caller{{"Authorization", "Bearer one-key"}};
const header_list in_english{{"Authorization", "Bearer one-key"}, {"Accept-Language", "en"}};

http::response patch(scene& s, const std::string& path, const std::string& body) {
    header_list headers = as_operator;
    headers.emplace_back("Accept-Language", "en");
    return s.send("PATCH", path, body, headers);
}

std::string slot_name(scene& s) {
    const auto told = json_of(s.get("/v1/admin/channels", as_operator));
    return told["channels"][0]["slots"][0]["slot"];
}

std::string backend_name(scene& s) {
    return json_of(s.get("/v1/admin/channels", as_operator))["channels"][0]["name"];
}

} // namespace

TEST_CASE("only operators turn switches and read what was done") {
    scene s(with_keys());
    const std::vector<std::pair<const char*, const char*>> routes{
        {"GET", "/v1/admin/queue"},
        {"PATCH", "/v1/admin/queue"},
        {"PATCH", "/v1/admin/channels/x"},
        {"POST", "/v1/admin/channels/x/reset"},
        {"GET", "/v1/admin/activity"}
    };
    for (const auto& [method, path] : routes) {
        CAPTURE(path);
        const std::string body = R"({"intake":"paused","paused":true})";
        CHECK(s.send(method, path, body, {}).status == 401);
        const auto refused = s.send(method, path, body, as_caller);
        CHECK(refused.status == 403);
        CHECK(json_of(refused)["type"] == "urn:imagined:problem:operators-only");
    }
    CHECK(s.tasks.model.actions().empty());
}

TEST_CASE("the queue's switches are told as they stand after a change") {
    scene s(with_keys());
    const auto before = json_of(s.get("/v1/admin/queue", as_operator));
    CHECK(before["intake"] == "open");
    CHECK(before["intakePausedSince"].is_null());
    CHECK(before["dispatch"] == "running");
    auto told = json_of(patch(s, "/v1/admin/queue", R"({"dispatch":"paused"})"));
    CHECK(told["intake"] == "open");
    CHECK(told["dispatch"] == "paused");
    CHECK(told["dispatchPausedSince"].is_number());
    told = json_of(patch(s, "/v1/admin/queue", R"({"intake":"paused","dispatch":"running"})"));
    CHECK(told["intake"] == "paused");
    CHECK(told["dispatch"] == "running");
    CHECK(json_of(s.get("/v1/admin/queue", as_operator)) == told);
}

TEST_CASE("a change that cannot be understood names the field, and turns nothing") {
    scene s(with_keys());
    const std::string channel = "/v1/admin/channels/" + backend_name(s);
    const std::vector<std::array<std::string, 3>> wrong{
        {"/v1/admin/queue", "{}", "intake or dispatch"},
        {"/v1/admin/queue", R"({"intake":"closed"})", "intake: expected open / paused"},
        {"/v1/admin/queue", R"({"intake":""})", "intake or dispatch"},
        {"/v1/admin/queue", R"({"dispatch":"open"})", "dispatch: expected running / paused"},
        {"/v1/admin/queue", R"({"intake":"paused","dispatch":7})", "dispatch"},
        {"/v1/admin/queue", "[]", "JSON object"},
        {channel, "{}", "paused or limit"},
        {channel, R"({"paused":"yes"})", "paused"},
        {channel, R"({"limit":0})", "limit: expected 1 to 100000, or null"},
        {channel, R"({"limit":100001})", "limit: expected"},
        {channel, R"({"limit":1.5})", "limit"},
    };
    for (const auto& [path, body, expected] : wrong) {
        CAPTURE(body);
        const auto refused = patch(s, path, body);
        CHECK(refused.status == 400);
        CHECK(json_of(refused)["type"] == "urn:imagined:problem:invalid-request");
        CHECK(mentions(json_of(refused)["detail"].get<std::string>(), expected));
    }
    CHECK(s.tasks.model.actions().empty());
}

TEST_CASE("a channel is a backend with all its keys, or one key") {
    scene s(with_keys());
    const std::string backend = backend_name(s);
    const std::string slot = slot_name(s);
    auto told = json_of(patch(s, "/v1/admin/channels/" + backend, R"({"paused":true})"));
    CHECK(told["name"] == backend);
    CHECK(told["pausedSince"].is_number());
    CHECK(told["slots"][0]["state"] == "paused");
    CHECK(told["slots"][0]["pausedSince"].is_null()); // it is its backend that is paused
    told = json_of(patch(s, "/v1/admin/channels/" + backend, R"({"paused":false,"limit":3})"));
    CHECK(told["chosenLimit"] == 3);
    CHECK(told["slots"][0]["limit"] == 3);
    CHECK(told["slots"][0]["chosenLimit"].is_null());
    CHECK(told["slots"][0]["configuredLimit"] != 3);
    told = json_of(patch(s, "/v1/admin/channels/" + slot, R"({"paused":true,"limit":2})"));
    CHECK(told["pausedSince"].is_null());
    CHECK(told["slots"][0]["pausedSince"].is_number());
    CHECK(told["slots"][0]["limit"] == 2);
    told = json_of(patch(s, "/v1/admin/channels/" + slot, R"({"limit":null})"));
    CHECK(told["slots"][0]["limit"] == 3); // its backend's again
    told = json_of(patch(s, "/v1/admin/channels/" + backend, R"({"limit":null})"));
    CHECK(told["slots"][0]["limit"] == told["slots"][0]["configuredLimit"]);
    const auto unknown = patch(s, "/v1/admin/channels/nobody", R"({"paused":true})");
    CHECK(unknown.status == 404);
    CHECK(json_of(unknown)["type"] == "urn:imagined:problem:no-such-channel");
}

TEST_CASE("a key is called by its label, and still known by the name of its slot") {
    scene s(with_keys());
    const std::string slot = slot_name(s);
    const auto told =
        json_of(patch(s, "/v1/admin/channels/only:key-1", R"({"paused":true,"limit":2})"));
    CHECK(told["slots"][0]["name"] == "only:key-1");
    CHECK(told["slots"][0]["slot"] == slot);
    CHECK(told["slots"][0]["pausedSince"].is_number());
    CHECK(s.tasks.model.off().channels.at(0).name == slot);
}

TEST_CASE("a channel tells what its upstream said, until a call proves the key") {
    scene s(with_keys());
    queue::slot_state refused;
    refused.name = slot_name(s);
    refused.refused = true;
    refused.on_trial = true;
    refused.words = "HTTP 401 bad key";
    s.tasks.figures().slots = {refused};
    s.tasks.figures().shut = {{"only", "edit", 5, 3, "HTTP 404"}, {"other", "edit", 5, 3, "x"}};
    const auto told = json_of(patch(s, "/v1/admin/channels/only", R"({"limit":2})"));
    CHECK(told["slots"][0]["state"] == "disabled");
    CHECK(told["slots"][0]["reason"] == "HTTP 401 bad key");
    REQUIRE(told["shut"].size() == 1);
    CHECK(told["shut"][0]["operation"] == "edit");
    CHECK(told["shut"][0]["reason"] == "HTTP 404");
}

TEST_CASE("a reset is of the breaker and all keys, or of one key") {
    scene s(with_keys());
    const std::string backend = backend_name(s);
    const std::string slot = slot_name(s);
    CHECK(
        s.send("POST", "/v1/admin/channels/" + backend + "/reset", "", as_operator).status == 200
    );
    CHECK(s.tasks.model.actions()[0].of == backend);
    CHECK(s.send("POST", "/v1/admin/channels/" + slot + "/reset", "", as_operator).status == 200);
    CHECK(s.tasks.model.actions()[0].of == slot);
    CHECK(s.tasks.model.actions()[0].after == "ok");
    CHECK(s.send("POST", "/v1/admin/channels/nobody/reset", "", as_operator).status == 404);
}

TEST_CASE("what operators did is told newest first, in the words of the switches") {
    scene s(with_keys());
    patch(s, "/v1/admin/queue", R"({"intake":"paused"})");
    patch(s, "/v1/admin/queue", R"({"dispatch":"paused"})");
    patch(s, "/v1/admin/channels/" + backend_name(s), R"({"limit":3})");
    const auto told = json_of(s.get("/v1/admin/activity", as_operator))["actions"];
    REQUIRE(told.size() == 3);
    CHECK(told[0]["what"] == "limit");
    CHECK(told[0]["of"] == backend_name(s));
    CHECK(told[0]["before"].is_null());
    CHECK(told[0]["after"] == 3);
    CHECK(told[1]["what"] == "dispatch");
    CHECK(told[1]["before"] == "running");
    CHECK(told[2]["who"] == "operator");
    CHECK(told[2]["of"].is_null());
    CHECK(told[2]["before"] == "open");
    CHECK(told[2]["after"] == "paused");
    CHECK(json_of(s.get("/v1/admin/activity?limit=1", as_operator))["actions"].size() == 1);
    for (const char* limit : {"0", "501", "many", ""}) {
        CHECK(s.get(std::string("/v1/admin/activity?limit=") + limit, as_operator).status == 400);
    }
}

TEST_CASE("while intake is paused each API says so in its own words") {
    scene s(with_keys());
    patch(s, "/v1/admin/queue", R"({"intake":"paused"})");
    const auto by_mj = s.post("/mj/submit/imagine", {{"prompt", "a fox"}}, in_english);
    CHECK(by_mj.status == 200);
    CHECK(by_mj.headers.get("Retry-After") == "30");
    CHECK(!by_mj.headers.has("RateLimit"));
    const auto told = json_of(by_mj);
    CHECK(told["code"] == 23);
    CHECK(told["result"].is_null());
    CHECK(told["properties"]["intake"] == "paused");
    CHECK(mentions(told["description"].get<std::string>(), "not taken at the moment"));
    const auto live = s.post("/v1/tasks", {{"prompt", "a fox"}}, in_english);
    CHECK(live.status == 503);
    CHECK(live.headers.get("Retry-After") == "30");
    CHECK(json_of(live)["type"] == "urn:imagined:problem:intake-paused");
    CHECK(json_of(live)["retryable"] == true);
    const auto native = s.post("/v1/ideogram-v3/generate", {{"prompt", "a fox"}}, in_english);
    CHECK(native.status == 503);
    CHECK(native.headers.get("Retry-After") == "30");
    CHECK(mentions(json_of(native)["error"].get<std::string>(), "not taken at the moment"));
    CHECK(s.tasks.empty());
    CHECK(s.get("/readyz").status == 200);
}

TEST_CASE("a full queue is not told as a pause") {
    scene s(with_keys());
    s.tasks.refuse_submits(queue::submitted::verdict::caller_full);
    const auto told = json_of(s.post("/mj/submit/imagine", {{"prompt", "a fox"}}, as_caller));
    CHECK(told["code"] == 23);
    CHECK(!told["properties"].contains("intake"));
    const auto live = s.post("/v1/tasks", {{"prompt", "a fox"}}, as_caller);
    CHECK(json_of(live)["type"] == "urn:imagined:problem:queue-full");
}

TEST_CASE("what is paused and limited is measured") {
    scene s(with_keys());
    const auto measured = [&s] { return std::string(s.get("/metrics", as_operator).text()); };
    CHECK(mentions(measured(), "imagined_paused{what=\"intake\"} 0"));
    patch(s, "/v1/admin/queue", R"({"intake":"paused"})");
    const std::string slot = slot_name(s);
    s.tasks.figures().slots = {{slot, 0, 0, false}};
    patch(s, "/v1/admin/channels/" + backend_name(s), R"({"paused":true,"limit":3})");
    const std::string text = measured();
    CHECK(mentions(text, "imagined_paused{what=\"intake\"} 1"));
    CHECK(mentions(text, "imagined_paused{what=\"dispatch\"} 0"));
    CHECK(mentions(text, "slot=\"only:key-1\"} 3"));
    CHECK_FALSE(mentions(text, slot));
    CHECK(text.find("imagined_slot_paused{") != std::string::npos);
}

TEST_CASE("when the queue does not answer, neither do the switches") {
    scene s(with_keys());
    s.tasks.outage = failure{failure_kind::unavailable, "Redis is away"};
    for (const char* path : {"/v1/admin/queue", "/v1/admin/channels", "/v1/admin/activity"}) {
        CHECK(s.get(path, as_operator).status == 503);
    }
    CHECK(patch(s, "/v1/admin/queue", R"({"intake":"paused"})").status == 503);
}
