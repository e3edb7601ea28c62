// What the console asks for beside tasks: sessions, capabilities, statistics, the operator's view.
#include "http/session.hpp"
#include "scene.hpp"
#include "v1/tally.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

const header_list own_page{{"Sec-Fetch-Site", "same-origin"}};

scene_options screen_keys() {
    scene_options options;
    options.api.api_keys = {"operator-key"};
    options.api.link_key = "the data.dir's own secret";
    api::caller_options one;
    one.name = "one";
    one.key = "one-key";
    options.api.callers = {one};
    return options;
}

header_list with_key(const std::string& key) {
    return {{"Authorization", "Bearer " + key}};
}

// "imagined_session=…" of a sign-in.
std::string cookie_of(const http::response& signed_in) {
    const std::string set(signed_in.headers.get("Set-Cookie"));
    return set.substr(0, set.find(';'));
}

std::string sign_in(scene& s, const std::string& key) {
    const auto answer = s.post("/v1/session", {{"key", key}}, own_page);
    REQUIRE(answer.status == 200);
    return cookie_of(answer);
}

header_list with_cookie(const std::string& cookie, header_list more = {}) {
    more.emplace_back("Cookie", "other=1; " + cookie);
    return more;
}

} // namespace

TEST_CASE("a key becomes a cookie that no script can read") {
    scene s(screen_keys());
    CHECK(json_of(s.get("/v1/session"))["signedIn"] == false);
    const auto answer = s.post("/v1/session", {{"key", "one-key"}}, own_page);
    CHECK(answer.status == 200);
    const auto told = json_of(answer);
    CHECK(told["name"] == "one");
    CHECK(told["role"] == "caller");
    const auto set = answer.headers.get("Set-Cookie");
    CHECK(mentions(set, "; HttpOnly"));
    CHECK(mentions(set, "; SameSite=Strict"));
    CHECK(mentions(set, "; Path=/"));
    CHECK(!mentions(set, "one-key"));
    CHECK(!mentions(set, "Secure"));
    CHECK(
        json_of(s.post("/v1/session", {{"key", "operator-key"}}, own_page))["role"] == "operator"
    );
}

TEST_CASE("a cookie goes over https only where that is how we are reached") {
    scene_options options = screen_keys();
    SUBCASE("by the public address") {
        options.api.public_url = "https://pictures.example";
    }
    SUBCASE("by the proxy's word") {}
    const bool told = options.api.public_url.empty() || options.api.public_url[4] != 's';
    scene s(options);
    header_list headers = own_page;
    if (told) {
        headers.emplace_back("X-Forwarded-Proto", "https");
    }
    const auto answer = s.post("/v1/session", {{"key", "one-key"}}, headers);
    CHECK(mentions(answer.headers.get("Set-Cookie"), "; Secure"));
}

TEST_CASE("an unknown key signs nobody in") {
    scene s(screen_keys());
    const auto answer = s.post("/v1/session", {{"key", "other"}}, own_page);
    CHECK(answer.status == 401);
    CHECK(json_of(answer)["type"] == "urn:imagined:problem:unauthorized");
    CHECK(!answer.headers.has("Set-Cookie"));
    CHECK(s.post("/v1/session", {{"key", 7}}, own_page).status == 400);
    CHECK(s.post("/v1/session", {{"key", ""}}, own_page).status == 401);
}

TEST_CASE("another site's page signs nobody in or out") {
    scene s(screen_keys());
    for (const char* site : {"cross-site", "same-site"}) {
        const header_list foreign{{"Sec-Fetch-Site", site}};
        CHECK(s.post("/v1/session", {{"key", "one-key"}}, foreign).status == 403);
        CHECK(s.send("DELETE", "/v1/session", "", foreign).status == 403);
    }
    const header_list elsewhere{{"Origin", "http://evil.example"}};
    CHECK(s.post("/v1/session", {{"key", "one-key"}}, elsewhere).status == 403);
}

TEST_CASE("the cookie reads like the key, and writes only from our own page") {
    scene s(screen_keys());
    const auto cookie = sign_in(s, "one-key");
    CHECK(json_of(s.get("/v1/session", with_cookie(cookie)))["name"] == "one");
    CHECK(s.get("/v1/tasks", with_cookie(cookie)).status == 200);
    CHECK(s.get("/mj/task/list", with_cookie(cookie)).status == 200);
    const json wish{{"prompt", "a red fox"}};
    CHECK(s.post("/v1/tasks", wish, with_cookie(cookie)).status == 401);
    CHECK(
        s.post("/v1/tasks", wish, with_cookie(cookie, {{"Sec-Fetch-Site", "cross-site"}})).status
        == 401
    );
    CHECK(
        s.post("/v1/tasks", wish, with_cookie(cookie, {{"Sec-Fetch-Site", "same-site"}})).status
        == 401
    );
    CHECK(s.post("/v1/tasks", wish, with_cookie(cookie, own_page)).status == 201);
    // Over plain http browsers name no site, but always the origin.
    const auto from = [&](const char* origin) {
        return with_cookie(cookie, {{"Origin", origin}}); // the scene's Host is 127.0.0.1
    };
    CHECK(s.post("/v1/tasks", wish, from("http://127.0.0.1")).status == 201);
    CHECK(s.post("/v1/tasks", wish, from("http://127.0.0.1:8080")).status == 401);
    CHECK(s.post("/v1/tasks", wish, from("null")).status == 401);
}

TEST_CASE("a cookie that was not signed here, or has expired, is nobody's") {
    scene s(screen_keys());
    const auto cookie = sign_in(s, "one-key");
    CHECK(s.get("/v1/tasks", with_cookie(cookie + "0")).status == 401);
    const auto dash = cookie.find('-');
    CHECK(
        s.get("/v1/tasks", with_cookie("imagined_session=9" + cookie.substr(dash - 5))).status
        == 401
    );
    CHECK(s.get("/v1/tasks", with_cookie("imagined_session=")).status == 401);
    const api::session_signer signer("secret", "digest");
    const auto token = signer.sign(1000);
    REQUIRE(token);
    const auto session = signer.signed_this(*token, 999);
    REQUIRE(session.has_value());
    CHECK(session->expires == 1000);
    CHECK(!mentions(*token, session->name));
    CHECK(!signer.signed_this(*token, 1000).has_value());
    CHECK(!api::session_signer("secret", "another").signed_this(*token, 999).has_value());
    CHECK(!api::session_signer("other", "digest").signed_this(*token, 999).has_value());
    CHECK(!api::session_signer("", "digest").sign(1000).has_value());
    const auto another = signer.sign(1000);
    CHECK(signer.signed_this(*another, 999)->name != session->name);
    CHECK(signer.signed_this(*another, 999)->group == session->group);
}

TEST_CASE("a changed key ends its sessions, another secret all of them") {
    scene first(screen_keys());
    const auto cookie = sign_in(first, "one-key");
    scene again(screen_keys());
    CHECK(again.get("/v1/tasks", with_cookie(cookie)).status == 200);
    scene_options changed = screen_keys();
    changed.api.callers[0].key = "new-key";
    CHECK(scene(changed).get("/v1/tasks", with_cookie(cookie)).status == 401);
    scene_options moved = screen_keys();
    moved.api.link_key = "another data.dir's";
    CHECK(scene(moved).get("/v1/tasks", with_cookie(cookie)).status == 401);
}

TEST_CASE("signing out takes the cookie away") {
    scene s(screen_keys());
    const auto answer = s.send("DELETE", "/v1/session", "", own_page);
    CHECK(answer.status == 200);
    CHECK(mentions(answer.headers.get("Set-Cookie"), "imagined_session=; "));
    CHECK(mentions(answer.headers.get("Set-Cookie"), "Max-Age=0"));
}

TEST_CASE("signing out makes the cookie worthless, and no other") {
    scene s(screen_keys());
    const auto mine = sign_in(s, "one-key");
    const auto other = sign_in(s, "one-key");
    CHECK(s.get("/v1/tasks", with_cookie(mine)).status == 200);
    CHECK(s.send("DELETE", "/v1/session", "", with_cookie(mine)).status == 200);
    CHECK(s.get("/v1/tasks", with_cookie(mine)).status == 401);
    CHECK(json_of(s.get("/v1/session", with_cookie(mine)))["signedIn"] == false);
    const json wish{{"prompt", "a red fox"}};
    CHECK(s.post("/v1/tasks", wish, with_cookie(mine, own_page)).status == 401);
    CHECK(s.get("/v1/tasks", with_cookie(other)).status == 200);
}

TEST_CASE("who cannot look up whether a session was ended does not let it in") {
    scene s(screen_keys());
    const auto mine = sign_in(s, "one-key");
    s.door.outage = failure{failure_kind::unavailable, "silent"};
    CHECK(s.get("/v1/tasks", with_cookie(mine)).status == 503);
    CHECK(s.get("/v1/session", with_cookie(mine)).status == 503);
    CHECK(s.send("DELETE", "/v1/session", "", with_cookie(mine)).status == 503);
    CHECK(s.get("/v1/tasks", with_key("one-key")).status == 200);
}

TEST_CASE("where we are reached by https only the cookie counts that no other host can set") {
    scene_options options = screen_keys();
    options.api.public_url = "https://pictures.example";
    scene s(options);
    const auto set = s.post("/v1/session", {{"key", "one-key"}}, own_page);
    const auto cookie = cookie_of(set);
    CHECK(cookie.starts_with("__Host-imagined_session="));
    CHECK(mentions(set.headers.get("Set-Cookie"), "; Secure"));
    CHECK(!mentions(set.headers.get("Set-Cookie"), "Domain"));
    CHECK(s.get("/v1/tasks", with_cookie(cookie)).status == 200);
    const auto value = cookie.substr(cookie.find('='));
    CHECK(s.get("/v1/tasks", with_cookie("imagined_session" + value)).status == 401);
    CHECK(s.get("/v1/tasks", with_cookie("imagined_session=x; " + cookie)).status == 200);
    scene plain(screen_keys());
    const auto other = sign_in(plain, "one-key");
    CHECK(other.starts_with("imagined_session="));
    CHECK(plain.get("/v1/tasks", with_cookie("__Host-" + other)).status == 401);
}

TEST_CASE("money in statistics is told to the operator alone") {
    scene_options options = screen_keys();
    options.api.callers[0].sees_all = true;
    scene s(options);
    s.tasks.figures().spent_micros_today = 1500000;
    CHECK(json_of(s.get("/v1/stats", with_key("operator-key")))["now"]["spentUsdToday"] == 1.5);
    CHECK(json_of(s.get("/v1/stats", with_key("one-key")))["now"]["spentUsdToday"].is_null());
}

TEST_CASE("without keys everybody is the operator and needs no cookie") {
    scene s;
    const auto told = json_of(s.get("/v1/session"));
    CHECK(told["signedIn"] == true);
    CHECK(told["open"] == true);
    CHECK(told["role"] == "operator");
    CHECK(s.get("/v1/admin/channels").status == 200);
}

TEST_CASE("capabilities are what the backends serve, with the documents' fields") {
    scene_options options;
    options.operations = {task::operation::generate, task::operation::upscale};
    options.models = {task::model::v3, task::model::v2};
    scene s(options);
    const auto told = json_of(s.get("/v1/capabilities"));
    REQUIRE(told["operations"].size() == 2);
    const json& generate = told["operations"][0];
    CHECK(generate["name"] == "generate");
    CHECK(generate["models"].size() == 2);
    const json& fields = generate["models"][1]["fields"];
    const auto field = [&](const char* name) {
        for (const json& one : fields) {
            if (one["name"] == name) {
                return one;
            }
        }
        return json();
    };
    CHECK(field("prompt")["required"] == true);
    CHECK(field("rendering_speed")["type"] == "choice");
    CHECK(field("num_images")["most"] == 8);
    CHECK(told["operations"][1]["models"][0]["model"].is_null());
    CHECK(told["kinds"] == json::array({"imagine", "shorten"}));
    CHECK(told["prices"].size() == 4);
    CHECK(told["imagine"]["styles"].size() == 62);
}

TEST_CASE("the operator's view is nobody else's, and tells no key") {
    scene s(screen_keys());
    for (const char* path : {"/v1/admin/channels", "/v1/admin/callers"}) {
        CAPTURE(path);
        CHECK(s.get(path).status == 401);
        const auto refused = s.get(path, with_key("one-key"));
        CHECK(refused.status == 403);
        CHECK(json_of(refused)["type"] == "urn:imagined:problem:operators-only");
        CHECK(s.get(path, with_key("operator-key")).status == 200);
    }
    const auto callers = s.get("/v1/admin/callers", with_key("operator-key"));
    CHECK(!mentions(callers.text(), "one-key"));
    CHECK(json_of(callers)["callers"][0]["name"] == "one");
    const auto channels = json_of(s.get("/v1/admin/channels", with_key("operator-key")));
    REQUIRE(channels["channels"].size() == 1);
    CHECK(channels["channels"][0]["slots"][0]["state"] == "ok");
    CHECK(channels["channels"][0]["breaker"]["state"] == "closed");
    const std::string path = "/v1/admin/tasks/1760000000000001/callback";
    CHECK(s.send("POST", path, "{}", with_key("one-key")).status == 403);
    CHECK(s.send("POST", path, "{}", with_key("operator-key")).status != 403);
}

TEST_CASE("the configuration is read again for an operator alone") {
    scene s(screen_keys());
    const std::string path = "/v1/admin/reload";
    CHECK(s.send("POST", path).status == 401);
    CHECK(s.send("POST", path, "", with_key("one-key")).status == 403);
    s.came = {.need_restart = {"server.listen"}};
    const auto told = s.send("POST", path, "", with_key("operator-key"));
    CHECK(told.status == 200);
    CHECK(json_of(told) == json{{"needRestart", {"server.listen"}}, {"warnings", json::array()}});
    s.came = {.errors = {"worker.lease: no", "data.dir: no"}};
    const auto refused = s.send("POST", path, "", with_key("operator-key"));
    CHECK(refused.status == 422);
    CHECK(json_of(refused)["type"] == "urn:imagined:problem:invalid-configuration");
    CHECK(json_of(refused)["detail"] == "worker.lease: no\ndata.dir: no");
}

TEST_CASE("statistics have a window, and the queue's figures for those who see everybody's tasks") {
    scene s(screen_keys());
    const auto own = json_of(s.get("/v1/stats", with_key("one-key")));
    CHECK(own["now"].is_null());
    CHECK(own["complete"] == true);
    CHECK(own["series"]["submitted"].size() == 60);
    const auto all = json_of(s.get("/v1/stats?window=24h", with_key("operator-key")));
    CHECK(all["now"]["waiting"] == 0);
    CHECK(all["series"]["waitP50"].size() == 48);
    CHECK(s.get("/v1/stats?window=2h", with_key("operator-key")).status == 400);
}

TEST_CASE("a tally puts each task where it came, started and ended") {
    const auto task = [](unix_millis submitted, unix_millis started, unix_millis finished) {
        task::record one;
        one.submitted = submitted;
        one.started = started;
        one.finished = finished;
        one.state = finished == 0 ? started == 0 ? task::state::queued : task::state::calling
                                  : task::state::success;
        return one;
    };
    task::record refused = task(1000, 1100, 1900);
    refused.state = task::state::failure;
    refused.fail_code = task::fail_code::content_rejected;
    task::record cancelled = task(1000, 0, 2500);
    cancelled.state = task::state::failure;
    cancelled.fail_code = task::fail_code::cancelled;
    task::record asking = task(1000, 0, 0);
    asking.state = task::state::modal;
    const api::tally_span over{.from = 1000, .step = 1000, .steps = 3};
    const json told = api::tally(
        {task(1200, 1500, 2600), task(900, 2100, 3900), task(2500, 0, 0), refused, cancelled, asking
        },
        over
    );
    const json& series = told["series"];
    CHECK(series["submitted"] == json::array({4, 1, 0}));
    CHECK(series["succeeded"] == json::array({0, 1, 1}));
    CHECK(series["failed"] == json::array({1, 0, 0}));
    CHECK(series["cancelled"] == json::array({0, 1, 0}));
    CHECK(series["waiting"] == json::array({2, 1, 1}));
    CHECK(series["running"] == json::array({1, 1, 0}));
    CHECK(series["waitP50"] == json::array({100, 1200, nullptr}));
    CHECK(series["waitP95"] == json::array({300, 1200, nullptr}));
    CHECK(series["totalP50"] == json::array({900, 1400, 3000}));
    CHECK(told["errors"] == json({{"CONTENT_REJECTED", 1}}));
    CHECK(told["totals"]["failed"] == 1);
    CHECK(told["totals"]["totalP50"] == 1400);
}
