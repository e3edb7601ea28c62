#include "http/key_guesses.hpp"
#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

scene_options locked() {
    scene_options options;
    options.api.api_keys = {"operator-key"};
    api::caller_options bot;
    bot.name = "bot";
    bot.key = "bot-key";
    api::caller_options hashed;
    hashed.name = "hashed";
    hashed.key = "sha256:" + sha256_hex("hashed-key");
    api::caller_options auditor;
    auditor.name = "auditor";
    auditor.key = "auditor-key";
    auditor.sees_all = true;
    options.api.callers = {bot, hashed, auditor};
    return options;
}

int status_with(scene& s, const header_list& headers) {
    return s.get("/mj/task/list", headers).status;
}

int count_header(const http::response& answer, std::string_view name) {
    int count = 0;
    for (const auto& [held, value] : answer.headers) {
        count += http::iequals(held, name) ? 1 : 0;
    }
    return count;
}

} // namespace

TEST_CASE("a key is accepted in every form that clients send") {
    scene s(locked());
    const header_list accepted[] = {
        {{"mj-api-secret", "operator-key"}},
        {{"Mj-Api-Secret", "bot-key"}},
        {{"Authorization", "Bearer operator-key"}},
        {{"authorization", "bearer operator-key"}},
        {{"Authorization", "BEARER  operator-key "}},
        {{"Authorization", "operator-key"}},
        {{"Authorization", "Bearer hashed-key"}},
    };
    for (const auto& headers : accepted) {
        CAPTURE(headers.front().first);
        CAPTURE(headers.front().second);
        CHECK(status_with(s, headers) == 200);
    }
}

TEST_CASE("one matching form among several is enough") {
    scene s(locked());
    CHECK(status_with(s, {{"Authorization", "Bearer wrong"}, {"mj-api-secret", "bot-key"}}) == 200);
    CHECK(status_with(s, {{"mj-api-secret", "wrong"}, {"Authorization", "bot-key"}}) == 200);
    CHECK(status_with(s, {{"mj-api-secret", "wrong"}, {"mj-api-secret", "bot-key"}}) == 200);
}

TEST_CASE("a missing or wrong key is 401 with a JSON body that does not repeat it") {
    scene s(locked());
    const header_list refused[] = {
        {},
        {{"mj-api-secret", ""}},
        {{"Authorization", "Bearer "}},
        {{"Authorization", "Bearer"}},
        {{"mj-api-secret", "operator-keY"}},
        {{"mj-api-secret", "operator-key2"}},
        {{"mj-api-secret", "Bearer operator-key"}},
        {{"Authorization", "Basic operator-key"}},
        {{"mj-api-secret", "sha256:" + sha256_hex("hashed-key")}},
        {{"mj-api-secret", sha256_hex("hashed-key")}},
    };
    for (const auto& headers : refused) {
        CAPTURE(headers.empty() ? "" : headers.front().second);
        const auto answer = s.get("/mj/task/list", headers);
        CHECK(answer.status == 401);
        const json body = json_of(answer);
        CHECK(body["code"] == 4);
        CHECK(body["result"].is_null());
        CHECK(body["properties"] == json::object());
        CHECK(body["message"].is_string());
        if (!headers.empty() && headers.front().second.size() > 7) {
            CHECK(!mentions(answer.text(), headers.front().second));
        }
    }
}

TEST_CASE("everything but health, documents and pictures needs a key, unknown paths included") {
    scene s(locked());
    for (const char* path : {"/healthz", "/health", "/readyz", "/openapi.json"}) {
        CAPTURE(path);
        CHECK(s.get(path).status == 200);
    }
    CHECK(s.get("/mj/image/1760000000000001").status == 404);
    CHECK(s.get("/fast/mj/image/1760000000000001/2").status == 404);
    for (const char* path :
         {"/", "/metrics", "/nothing", "/mj/task/queue", "/mj/image", "/healthz/x", "/mj/healthz"
         }) {
        CAPTURE(path);
        CHECK(s.get(path).status == 401);
    }
    CHECK(s.send("POST", "/mj/submit/imagine").status == 401);
}

TEST_CASE("without any key configured everybody may do everything") {
    scene s;
    CHECK(s.get("/mj/task/list").status == 200);
    CHECK(s.get("/metrics").status == 200);
}

TEST_CASE("of many keys in one request only the first few count") {
    scene s(locked());
    header_list many{{"mj-api-secret", "a"}, {"mj-api-secret", "b"}, {"mj-api-secret", "c"}};
    many.emplace_back("mj-api-secret", "bot-key");
    CHECK(status_with(s, many) == 200);
    many.insert(many.begin(), {"Api-Key", "d"});
    CHECK(status_with(s, many) == 401);
}

TEST_CASE("whoever has guessed often is told late, and a right key never") {
    scene s(locked());
    const header_list wrong{{"mj-api-secret", "wrong"}};
    for (std::size_t i = 0; i < api::key_guesses::free_guesses; ++i) {
        CHECK(s.get("/mj/task/list", wrong).hold == milliseconds(0));
    }
    CHECK(s.get("/mj/task/list", wrong).hold == seconds(1));
    CHECK(s.get("/nothing").hold == seconds(1));
    const auto right = s.get("/mj/task/list", {{"mj-api-secret", "bot-key"}});
    CHECK(right.status == 200);
    CHECK(right.hold == milliseconds(0));
}

TEST_CASE("what is counted over all callers is told to the operator, and to keys made for it") {
    scene_options options = locked();
    options.api.metrics_keys = {"metrics-key"};
    scene s(options);
    const auto status = [&](const char* path, const char* key) {
        return s.get(path, {{"mj-api-secret", key}}).status;
    };
    CHECK(status("/metrics", "operator-key") == 200);
    CHECK(status("/metrics", "metrics-key") == 200);
    CHECK(status("/metrics", "bot-key") == 403);
    CHECK(status("/metrics", "auditor-key") == 403);
    CHECK(status("/metrics", "wrong") == 401);
    for (const char* path :
         {"/mj/task/list", "/v1/tasks", "/v1/stats", "/v1/admin/queue", "/v1/events", "/nothing"}) {
        CAPTURE(path);
        CHECK(status(path, "metrics-key") == 403);
    }
    CHECK(s.send("POST", "/mj/submit/imagine", "{}", {{"Api-Key", "metrics-key"}}).status == 403);
    CHECK(s.post("/v1/session", {{"key", "metrics-key"}}).status == 401);
    CHECK(json_of(s.get("/v1/session", {{"Api-Key", "metrics-key"}}))["signedIn"] == false);
}

TEST_CASE("a key for metrics alone leaves the door open") {
    scene_options options;
    options.api.metrics_keys = {"metrics-key"};
    scene s(options);
    CHECK(s.get("/mj/task/list").status == 200);
}

TEST_CASE("a viewer reads, and is refused whatever would change something") {
    scene_options options = locked();
    options.api.callers[0].reads_only = true;
    scene s(std::move(options));
    const header_list viewer{{"Authorization", "Bearer bot-key"}};
    CHECK(s.get("/mj/task/list", viewer).status == 200);
    CHECK(s.get("/v1/tasks", viewer).status == 200);
    CHECK(s.send("POST", "/mj/task/list-by-ids", R"({"ids":["1"]})", viewer).status == 200);
    for (const auto* path :
         {"/mj/submit/imagine",
          "/mj/submit/shorten",
          "/mj/submit/upload-discord-images",
          "/mj/task/1764460800000000/cancel",
          "/fast/mj/submit/imagine",
          "/ideogram/submit/generate",
          "/ideogram/generate",
          "/v1/ideogram-v3/generate",
          "/v1/tasks",
          "/v1/tasks/1764460800000000/cancel"}) {
        CAPTURE(path);
        const auto refused = s.send("POST", path, R"({"prompt":"a fox"})", viewer);
        CHECK(refused.status == 403);
        CHECK(mentions(json_of(refused).dump(), "viewer"));
    }
}

TEST_CASE("a key that has expired is nobody's, and so are its sessions") {
    scene_options options = locked();
    options.api.callers[0].expires = system_clock().now() - 1;
    options.api.callers[2].expires = system_clock().now() + 3'600'000;
    options.api.link_key = "signs the sessions";
    scene s(std::move(options));
    CHECK(status_with(s, {{"Authorization", "Bearer bot-key"}}) == 401);
    CHECK(status_with(s, {{"Authorization", "Bearer auditor-key"}}) == 200);
    CHECK(s.send("POST", "/v1/session", R"({"key":"bot-key"})").status == 401);
    CHECK(s.send("POST", "/v1/session", R"({"key":"auditor-key"})").status == 200);
}

TEST_CASE("a caller that is kept to some models is told which it may not use") {
    scene_options options = locked();
    options.api.callers[0].models = {task::model::v2};
    scene s(std::move(options));
    const header_list bot{{"Authorization", "Bearer bot-key"}, {"Accept-Language", "en"}};
    const auto refused = s.send("POST", "/mj/submit/imagine", R"({"prompt":"a fox"})", bot);
    CHECK(refused.status == 200);
    const json told = json_of(refused);
    CHECK(told["code"] == 4);
    CHECK(told["result"].is_null());
    CHECK(told["description"].get<std::string>().find("V_3") != std::string::npos);
    const std::string older = R"({"prompt":"a fox --v 5"})";
    CHECK(json_of(s.send("POST", "/mj/submit/imagine", older, bot))["code"] != 4);
    CHECK(s.send("POST", "/v1/tasks", R"({"prompt":"a fox"})", bot).status == 403);
    CHECK(s.send("POST", "/v1/ideogram-v3/generate", R"({"prompt":"a fox"})", bot).status == 403);
}

TEST_CASE("nothing is guessed from an answer's bytes, and nobody on the way keeps it") {
    scene s(locked());
    const header_list key{{"mj-api-secret", "bot-key"}};
    const std::string id = s.imagine("a fox", key);
    for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
             {"GET", "/mj/task/list"},
             {"GET", "/mj/task/queue"},
             {"POST", "/mj/task/list-by-condition"},
             {"GET", "/mj/task/" + id + "/fetch"},
             {"GET", "/ideogram/task/" + id + "/fetch"},
             {"GET", "/v1/tasks"},
             {"GET", "/v1/tasks/" + id},
             {"GET", "/v1/stats"},
             {"GET", "/mj/account/list"},
             {"GET", "/nothing"},
             {"POST", "/mj/submit/imagine"}
         }) {
        CAPTURE(path);
        const auto answer = s.send(method, path, method == "POST" ? "{}" : "", key);
        const auto kept = answer.headers.get("Cache-Control");
        CHECK((kept == "no-store" || kept == "private, no-cache"));
        CHECK(answer.headers.get("X-Content-Type-Options") == "nosniff");
        for (const char* name : {"Authorization", "Cookie", "Accept-Language"}) {
            CHECK(mentions(answer.headers.get("Vary"), name));
        }
    }
}

TEST_CASE("a configured caller alone closes the door") {
    scene_options options;
    api::caller_options one;
    one.name = "one";
    one.key = "k";
    options.api.callers = {one};
    scene s(options);
    CHECK(s.get("/mj/task/list").status == 401);
}

TEST_CASE("a task belongs to the caller that submitted it") {
    scene s(locked());
    const std::string id = s.imagine("a fox", {{"mj-api-secret", "bot-key"}});
    CHECK(s.given(id).caller == "bot");
    const std::string path = "/mj/task/" + id + "/fetch";
    CHECK(s.get(path, {{"mj-api-secret", "bot-key"}}).status == 200);
    CHECK(s.get(path, {{"mj-api-secret", "operator-key"}}).status == 200);
    CHECK(s.get(path, {{"mj-api-secret", "auditor-key"}}).status == 200);
    CHECK(s.get(path, {{"mj-api-secret", "hashed-key"}}).status == 404);
}

TEST_CASE("an unknown path is a JSON 404 on every method") {
    scene s;
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH", "BREW"}) {
        CAPTURE(method);
        const auto answer = s.send(method, "/mj/nothing");
        CHECK(answer.status == 404);
        CHECK(json_of(answer)["code"] == 4);
    }
}

TEST_CASE("a wrong method is 405 and names the right ones") {
    scene s;
    const auto submit = s.get("/mj/submit/imagine");
    CHECK(submit.status == 405);
    CHECK(submit.headers.get("Allow") == "POST, OPTIONS");
    CHECK(json_of(submit)["message"].is_string());
    const auto fetch = s.send("POST", "/mj/task/1760000000000001/fetch");
    CHECK(fetch.status == 405);
    CHECK(fetch.headers.get("Allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("every prefix that clients configure leads to the same route") {
    scene s;
    const std::string id = s.imagine();
    for (const std::string prefix :
         {"/mj",
          "/v1/mj",
          "/fast/mj",
          "/mj-relax/mj",
          "/anything/mj",
          "/mj/mj",
          "//mj",
          "/v1/mj/mj",
          "/turbo/mj/mj"}) {
        for (const char* end : {"/fetch", "/fetch/"}) {
            const std::string path = prefix + "/task/" + id + end;
            CAPTURE(path);
            CHECK(s.get(path).status == 200);
        }
    }
    CHECK(s.get("/a/b/mj/task/" + id + "/fetch").status == 404);
    CHECK(s.get("/task/" + id + "/fetch").status == 404);
}

TEST_CASE("under /v1/mj/ a submit's result is an integer, elsewhere a string") {
    scene s;
    const json body{{"prompt", "a fox"}};
    CHECK(json_of(s.post("/v1/mj/submit/imagine", body))["result"].is_number_integer());
    CHECK(json_of(s.post("/mj/submit/imagine", body))["result"].is_string());
    CHECK(json_of(s.post("/mj-fast/mj/submit/imagine", body))["result"].is_string());
}

TEST_CASE("a preflight succeeds without a key on every path") {
    scene s(locked());
    for (const char* path : {"/mj/submit/imagine", "/mj/task/list", "/nothing", "/mj/image/1"}) {
        CAPTURE(path);
        const auto answer = s.send(
            "OPTIONS",
            path,
            "",
            {{"Origin", "https://app.example"},
             {"Access-Control-Request-Method", "POST"},
             {"Access-Control-Request-Headers", "content-type,mj-version"}}
        );
        CHECK(answer.status == 204);
        CHECK(answer.text().empty());
        CHECK(answer.headers.get("Access-Control-Allow-Origin") == "*");
        const auto allowed = answer.headers.get("Access-Control-Allow-Headers");
        for (const char* name :
             {"content-type",
              "mj-api-secret",
              "authorization",
              "x-ptoken",
              "x-requested-with",
              "mj-version"}) {
            CAPTURE(name);
            CHECK(mentions(allowed, name));
        }
        CHECK(mentions(answer.headers.get("Access-Control-Allow-Methods"), "POST"));
        CHECK(!answer.headers.get("Access-Control-Max-Age").empty());
    }
}

TEST_CASE("what a preflight asks for cannot forge a header") {
    scene s;
    const auto answer = s.send(
        "OPTIONS", "/mj/task/list", "", {{"Access-Control-Request-Headers", "x\r\nSet-Cookie: a=b"}}
    );
    CHECK(answer.status == 204);
    CHECK(!mentions(answer.headers.get("Access-Control-Allow-Headers"), "Set-Cookie"));
}

TEST_CASE("every answer carries one Access-Control-Allow-Origin") {
    scene s(locked());
    const std::string id = "1760000000000001";
    REQUIRE(s.images->put(id, 0, png()).has_value());
    const header_list key{{"mj-api-secret", "operator-key"}};
    const http::response answers[] = {
        s.get("/healthz"),
        s.get("/mj/task/list"),
        s.get("/mj/task/list", key),
        s.get("/nothing", key),
        s.get("/mj/submit/imagine", key),
        s.send("POST", "/mj/submit/imagine", "{", key),
        s.get("/mj/image/" + id),
        s.get("/mj/image/1760000000000002"),
    };
    for (const auto& answer : answers) {
        CAPTURE(answer.status);
        CHECK(count_header(answer, "Access-Control-Allow-Origin") == 1);
        CHECK(answer.headers.get("Access-Control-Allow-Origin") == "*");
        CHECK(!answer.headers.has("Access-Control-Allow-Credentials"));
    }
}

TEST_CASE("a list of origins is echoed one at a time and never to strangers") {
    scene_options options;
    options.api.cors_origins = {"https://a.example", "https://b.example"};
    scene s(options);
    const auto friendly = s.get("/healthz", {{"Origin", "https://b.example"}});
    CHECK(friendly.headers.get("Access-Control-Allow-Origin") == "https://b.example");
    CHECK(friendly.headers.get("Vary").starts_with("Origin, "));
    CHECK(count_header(friendly, "Vary") == 1);
    const auto stranger = s.get("/healthz", {{"Origin", "https://evil.example"}});
    CHECK(!stranger.headers.has("Access-Control-Allow-Origin"));
    CHECK(stranger.headers.get("Vary").starts_with("Origin, "));
}

TEST_CASE("while draining submits are answered 503 and reads go on") {
    scene s;
    const std::string id = s.imagine();
    s.state.draining = true;
    const auto refused = s.post("/mj/submit/imagine", {{"prompt", "a fox"}});
    CHECK(refused.status == 503);
    CHECK(!refused.headers.get("Retry-After").empty());
    CHECK(json_of(refused)["code"] == 9);
    CHECK(s.get("/mj/task/" + id + "/fetch").status == 200);
    CHECK(s.tasks.size() == 1);
}

TEST_CASE("a GET may carry a JSON null and no more than a little") {
    scene s;
    CHECK(s.send("GET", "/mj/task/list", "null").status == 200);
    CHECK(s.send("GET", "/mj/task/list", std::string(5000, ' ')).status == 413);
}

TEST_CASE("the server's own errors look like the API's") {
    scene_options options = locked();
    options.api.max_body_bytes = 10;
    scene small(options);
    const auto answer = small.post(
        "/mj/submit/imagine",
        {{"prompt", "a long prompt"}},
        {{"Accept-Language", "en"}, {"mj-api-secret", "operator-key"}}
    );
    CHECK(answer.status == 413);
    const json body = json_of(answer);
    CHECK(body["code"] == 4);
    CHECK(body["message"] == "The body is too large");
    CHECK(body["description"] == body["message"]);
    CHECK(answer.headers.get("Access-Control-Allow-Origin") == "*");
}

TEST_CASE("health is told without a key and readiness tells why not") {
    scene s;
    CHECK(s.get("/healthz").status == 200);
    s.state.warnings = {"appendfsync is everysec"};
    CHECK(
        json_of(s.get("/readyz"))
        == json{{"status", "ready"}, {"warnings", {"appendfsync is everysec"}}}
    );
    s.state.ready = false;
    s.state.reason = "redis: not writable";
    const auto answer = s.get("/readyz");
    CHECK(answer.status == 503);
    CHECK(json_of(answer) == json{{"status", "not_ready"}, {"reason", "redis: not writable"}});
    CHECK(s.get("/healthz").status == 200);
}

TEST_CASE("a draining process is not ready") {
    scene s;
    s.state.draining = true;
    const auto answer = s.get("/readyz");
    CHECK(answer.status == 503);
    CHECK(json_of(answer)["reason"] == "draining");
}

TEST_CASE("the OpenAPI document is served as JSON") {
    scene s;
    const json document = json_of(s.get("/openapi.json"));
    CHECK(document["openapi"] == "3.1.0");
}

TEST_CASE("every documented path and method is served") {
    scene s;
    const json document = json_of(s.get("/openapi.json"));
    for (const auto& [pattern, operations] : document["paths"].items()) {
        std::string path = pattern;
        for (const std::string name : {"{id}", "{n}", "{name}"}) {
            if (const auto at = path.find(name); at != std::string::npos) {
                path.replace(at, name.size(), name == "{id}" ? "1760000000000001" : "1");
            }
        }
        for (const auto& [method, described] : operations.items()) {
            CAPTURE(pattern);
            CAPTURE(method);
            const std::string verb = method == "post"    ? "POST"
                                     : method == "patch" ? "PATCH"
                                     : method == "head"  ? "HEAD"
                                                         : "GET";
            const auto answer = s.send(verb, path, verb.starts_with("P") ? "{}" : "");
            CHECK(answer.status != 405);
            CHECK(!mentions(answer.text(), "接口不存在"));
        }
    }
}

TEST_CASE("metrics count requests by route, not by path") {
    scene s;
    s.get("/mj/task/1760000000000001/fetch");
    const auto text = std::string(s.get("/metrics").text());
    CHECK(mentions(text, "imagined_http_requests_total"));
    CHECK(mentions(text, "mj/task/{}/fetch"));
    CHECK(!mentions(text, "1760000000000001"));
}

TEST_CASE("the account list shows one account and no secret") {
    scene s;
    const auto answer = s.get("/mj/account/list");
    const json body = json_of(answer);
    REQUIRE(body.size() == 1);
    CHECK(body[0]["enable"] == true);
    CHECK(body[0]["coreSize"] == 10);
    CHECK(!mentions(answer.text(), "backend-key"));
}
