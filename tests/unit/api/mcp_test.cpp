#include "imagined/http/body_stream.hpp"
#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

json rpc(const std::string& method, json params = json::object(), json id = 1) {
    return {{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"method", method}, {"params", params}};
}

json rpc_result_of(const http::response& answer) {
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    const json told = json_of(answer);
    CHECK(told["jsonrpc"] == "2.0");
    REQUIRE_MESSAGE(told.contains("result"), told.dump());
    return told["result"];
}

int rpc_error_of(const http::response& answer, int status) {
    CHECK_MESSAGE(answer.status == status, answer.text());
    const json told = json_of(answer);
    REQUIRE_MESSAGE(told.contains("error"), answer.text());
    CHECK(told["error"]["message"].is_string());
    return told["error"]["code"];
}

json rpc_call(scene& s, const std::string& name, json arguments, const header_list& headers = {}) {
    return rpc_result_of(s.post(
        "/mcp", rpc("tools/call", {{"name", name}, {"arguments", std::move(arguments)}}), headers
    ));
}

std::string fault_text(const json& told) {
    CHECK_MESSAGE(told.value("isError", false), told.dump());
    return told["content"][0]["text"];
}

// A finished task with its own view.
std::string a_grid(scene& s) {
    const std::string id = s.finished_imagine(2);
    json pictures = json::array();
    for (const char* n : {"1", "2"}) {
        const std::string url = "http://pictures.example/mj/image/" + id + "/" + n;
        pictures.push_back({{"url", url}, {"thumbnail", url + "?thumb=1"}});
    }
    const json view{
        {"id", id},
        {"action", "IMAGINE"},
        {"status", "SUCCESS"},
        {"progress", "100%"},
        {"imageUrl", "http://pictures.example/mj/image/" + id},
        {"buttons",
         {{{"customId", "MJ::JOB::upsample::1::x"}, {"label", "U1"}, {"emoji", ""}},
          {{"customId", "MJ::JOB::reroll::0::x::SOLO"}, {"label", ""}, {"emoji", "🔄"}}}},
        {"properties", {{"pictures", pictures}}}
    };
    s.tasks.succeed(id, view.dump());
    return id;
}

json stateless(json params, const std::string& edition = "2026-07-28") {
    params["_meta"] = {
        {"io.modelcontextprotocol/protocolVersion", edition},
        {"io.modelcontextprotocol/clientCapabilities", json::object()}
    };
    return params;
}

header_list stateless_headers(const std::string& method, const std::string& name = "") {
    header_list headers{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
    if (!name.empty()) {
        headers.emplace_back("Mcp-Name", name);
    }
    return headers;
}

} // namespace

TEST_CASE("an agent and the server agree on an edition of the protocol") {
    scene s;
    for (const char* edition : {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}) {
        const auto answer = s.post("/mcp", rpc("initialize", {{"protocolVersion", edition}}));
        const json told = rpc_result_of(answer);
        CHECK(told["protocolVersion"] == edition);
        CHECK(told["serverInfo"]["name"] == "imagined");
        CHECK(told["serverInfo"]["version"] == "0");
        CHECK(told["capabilities"].contains("tools"));
        CHECK(answer.headers.get("Mcp-Session-Id").size() == 32);
    }
    for (const char* edition : {"1999-01-01", "2026-07-28"}) {
        const auto answer = s.post("/mcp", rpc("initialize", {{"protocolVersion", edition}}));
        CHECK(rpc_result_of(answer)["protocolVersion"] == "2025-11-25");
    }
    CHECK(rpc_result_of(s.post("/mcp", rpc("ping"))) == json::object());
    const json done{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};
    const auto taken = s.post("/mcp", done);
    CHECK(taken.status == 202);
    CHECK(taken.text().empty());
    CHECK(
        s.post("/mcp", {{"jsonrpc", "2.0"}, {"id", 4}, {"result", json::object()}}).status == 202
    );
    CHECK(s.get("/mcp").status == 405);
    CHECK(s.send("DELETE", "/mcp").status == 405);
}

TEST_CASE("what is no message is told in JSON-RPC's words") {
    scene s;
    CHECK(rpc_error_of(s.send("POST", "/mcp", "{"), 400) == -32700);
    CHECK(rpc_error_of(s.send("POST", "/mcp", "[]"), 400) == -32600);
    CHECK(rpc_error_of(s.send("POST", "/mcp", R"({"id":1,"method":"ping"})"), 400) == -32600);
    CHECK(rpc_error_of(s.send("POST", "/mcp", R"({"jsonrpc":"2.0","id":1})"), 400) == -32600);
    CHECK(rpc_error_of(s.post("/mcp", rpc("ping", json::object(), json::array())), 400) == -32600);
    CHECK(rpc_error_of(s.post("/mcp", rpc("ping", "text")), 400) == -32602);
    CHECK(rpc_error_of(s.post("/mcp", rpc("resources/list")), 200) == -32601);
    CHECK(rpc_error_of(s.post("/mcp", rpc("tools/call", {{"name", "paint"}})), 200) == -32602);
    const header_list old{{"MCP-Protocol-Version", "1999-01-01"}};
    CHECK(rpc_error_of(s.post("/mcp", rpc("ping"), old), 400) == -32022);
    scene_options options;
    options.api.api_keys = {"a key"};
    scene keyed(options);
    rpc_error_of(keyed.post("/mcp", rpc("ping")), 401);
}

TEST_CASE("the tools are listed with what they take and give") {
    scene s;
    const json told = rpc_result_of(s.post("/mcp", rpc("tools/list")));
    std::map<std::string, std::vector<std::string>> needed;
    for (const auto& one : told["tools"]) {
        CHECK(one["inputSchema"]["type"] == "object");
        CHECK(one["outputSchema"]["type"] == "object");
        CHECK(one["description"].get<std::string>().size() > 20);
        for (const auto& name : one["inputSchema"]["required"]) {
            CHECK(one["inputSchema"]["properties"].contains(name.get<std::string>()));
            needed[one["name"]].push_back(name);
        }
    }
    const std::map<std::string, std::vector<std::string>> expected{
        {"imagine", {"prompt"}},
        {"edit", {"prompt", "image"}},
        {"describe", {"image"}},
        {"press", {"id", "button"}},
        {"task", {"id"}},
        {"wait", {"id"}}
    };
    CHECK(needed == expected);
    CHECK(!told.contains("ttlMs"));
}

TEST_CASE("a task is told as text and links, and in a form for programs") {
    scene s;
    const std::string id = a_grid(s);
    const json told = rpc_call(s, "task", {{"id", id}}, {{"MCP-Protocol-Version", "2025-11-25"}});
    CHECK(!told.contains("isError"));
    const json shown = told["structuredContent"];
    CHECK(shown["id"] == id);
    CHECK(shown["status"] == "SUCCESS");
    CHECK(shown["progress"] == "100%");
    const std::string second = "http://pictures.example/mj/image/" + id + "/2";
    REQUIRE(shown["pictures"].size() == 2);
    CHECK(shown["pictures"][1] == json{{"url", second}, {"thumbnail", second + "?thumb=1"}});
    CHECK(
        shown["buttons"][1] == json{{"label", "🔄"}, {"customId", "MJ::JOB::reroll::0::x::SOLO"}}
    );
    CHECK(mentions(told["content"][0]["text"].get<std::string>(), second));
    CHECK(json::parse(told["content"][1]["text"].get<std::string>()) == shown);
    CHECK(told["content"][2]["type"] == "resource_link");
    CHECK(told["content"].size() == 4);
    // Editions before knew no links.
    CHECK(rpc_call(s, "task", {{"id", id}})["content"].size() == 2);
    const json seen = rpc_call(s, "task", {{"id", id}, {"previews", true}});
    REQUIRE(seen["content"].size() == 4);
    CHECK(seen["content"][2]["type"] == "image");
    CHECK(seen["content"][2]["mimeType"] == "image/jpeg");
    const auto small = from_base64(seen["content"][2]["data"].get<std::string>());
    CHECK(store::sniff(*small)->format == store::picture_format::jpeg);
}

TEST_CASE("an unknown, foreign or malformed id is the tool's error") {
    scene_options options;
    options.api.api_keys = {"a key"};
    options.api.callers.push_back({.name = "bot", .key = "bot-key"});
    scene s(options);
    const header_list own{{"Authorization", "Bearer a key"}};
    const header_list bot{{"Authorization", "Bearer bot-key"}};
    const std::string id = s.imagine("a fox", own);
    for (const char* name : {"task", "wait"}) {
        for (const std::string& asked : {id, std::string("1760000000009999"), std::string("x")}) {
            CHECK(fault_text(rpc_call(s, name, {{"id", asked}}, bot)) == "Task not found");
        }
    }
    CHECK(
        fault_text(rpc_call(s, "press", {{"id", id}, {"button", "U1"}}, bot)) == "Task not found"
    );
    CHECK(s.task(id).record.state == task::state::queued);
}

TEST_CASE("arguments that cannot be used are the tool's error, naming the argument") {
    scene s;
    const std::vector<std::tuple<std::string, json, std::string>> wrongs{
        {"imagine", json::object(), "prompt"},
        {"imagine", {{"prompt", "  "}}, "prompt"},
        {"imagine", {{"prompt", 7}}, "prompt"},
        {"imagine", {{"prompt", "a --nonsense"}}, "--nonsense"},
        {"edit", {{"prompt", "a"}}, "image"},
        {"edit", {{"prompt", "a"}, {"image", "!!"}}, "base64"},
        {"describe", json::object(), "image"},
        {"press", {{"id", "1760000000000001"}}, "button"},
        {"wait", {{"id", "1760000000000001"}, {"seconds", "soon"}}, "seconds"},
        {"wait", {{"id", "1760000000000001"}, {"seconds", -1}}, "seconds"},
        {"task", json::array({1}), "object"}
    };
    for (const auto& [name, arguments, word] : wrongs) {
        CAPTURE(arguments.dump());
        CHECK(mentions(fault_text(rpc_call(s, name, arguments)), word));
    }
    CHECK(s.tasks.empty());
}

TEST_CASE("a task that goes on is answered with its id and the word to wait") {
    scene s;
    const std::string id = s.imagine();
    const json told = rpc_call(s, "wait", {{"id", id}, {"seconds", 0}});
    CHECK(told["structuredContent"]["status"] == "NOT_START");
    CHECK(told["structuredContent"]["progress"].is_null());
    CHECK(told["structuredContent"]["pictures"] == json::array());
    CHECK(mentions(told["content"][0]["text"].get<std::string>(), "wait"));
    CHECK(!told.contains("isError"));
}

TEST_CASE("a button is pressed by what stands on it, or by its customId") {
    scene s;
    const std::string id = a_grid(s);
    const std::string text = fault_text(rpc_call(s, "press", {{"id", id}, {"button", "U9"}}));
    CHECK(mentions(text, "U1"));
    for (const char* button : {"u1", "MJ::JOB::upsample::1::x"}) {
        const json told = rpc_call(s, "press", {{"id", id}, {"button", button}});
        CHECK(!told.contains("isError"));
        CHECK(told["structuredContent"]["id"] != id);
    }
    CHECK(s.tasks.size() == 3);
}

TEST_CASE("while the process drains nothing is drawn") {
    scene s;
    s.state.draining = true;
    for (const auto& [name, arguments] : std::vector<std::pair<std::string, json>>{
             {"imagine", {{"prompt", "a"}}},
             {"edit", {{"prompt", "a"}, {"image", to_base64(png(1, 16))}}},
             {"press", {{"id", "1760000000000001"}, {"button", "U1"}}}
         }) {
        CHECK(mentions(fault_text(rpc_call(s, name, arguments)), "shutting down"));
    }
    CHECK(s.tasks.empty());
}

TEST_CASE("progress comes as events that rise, and the answer is the last") {
    scene s;
    const std::string id = a_grid(s);
    json params{{"name", "wait"}, {"arguments", {{"id", id}}}, {"_meta", {{"progressToken", "t"}}}};
    const header_list both{{"Accept", "application/json, text/event-stream"}};
    auto answer = s.post("/mcp", rpc("tools/call", params, "seven"), both);
    CHECK(answer.headers.get("Content-Type").starts_with("text/event-stream"));
    auto& stream = *std::get<std::shared_ptr<http::body_stream>>(answer.body);
    std::string text;
    s.run([&]() -> awaitable<> {
        for (std::string piece = co_await stream.next(); !piece.empty();) {
            text += piece;
            piece = co_await stream.next();
        }
    });
    const auto data = text.rfind("data: ");
    const json last = json::parse(text.substr(data + 6, text.find('\n', data) - data - 6));
    CHECK(last["id"] == "seven");
    CHECK(last["result"]["structuredContent"]["status"] == "SUCCESS");
    // Who takes no events, or asks for no progress, is answered in one.
    CHECK(
        rpc_result_of(s.post("/mcp", rpc("tools/call", params)))["structuredContent"]["id"] == id
    );
}

TEST_CASE("what is called off is cancelled, and answered no more") {
    scene s;
    const header_list session{{"Mcp-Session-Id", "one"}, {"Accept", "text/event-stream"}};
    json params{
        {"name", "imagine"}, {"arguments", {{"prompt", "a fox"}}}, {"_meta", {{"progressToken", 1}}}
    };
    auto answer = s.post("/mcp", rpc("tools/call", params, 5), session);
    auto& stream = *std::get<std::shared_ptr<http::body_stream>>(answer.body);
    std::string first;
    s.run([&]() -> awaitable<> { first = co_await stream.next(); });
    CHECK(mentions(first, "notifications/progress"));
    REQUIRE(s.tasks.size() == 1);
    const std::string id = s.tasks.model.tasks().begin()->first;
    const auto call_off = [&](int request, const std::string& in) {
        const json message{
            {"jsonrpc", "2.0"},
            {"method", "notifications/cancelled"},
            {"params", {{"requestId", request}}}
        };
        CHECK(s.post("/mcp", message, {{"Mcp-Session-Id", in}}).status == 202);
    };
    call_off(6, "one");
    call_off(5, "another");
    CHECK(s.task(id).record.state == task::state::queued);
    call_off(5, "one");
    CHECK(s.task(id).record.state == task::state::failure);
    CHECK(s.task(id).record.fail_code == task::fail_code::cancelled);
    std::string rest = "something";
    s.run([&]() -> awaitable<> { rest = co_await stream.next(); });
    CHECK(rest.empty());
}

TEST_CASE("the edition without sessions says all in each request") {
    scene s;
    const auto ask = [&s](const std::string& method, json params, header_list headers) {
        return s.post("/mcp", rpc(method, std::move(params)), headers);
    };
    const json told =
        rpc_result_of(ask("server/discover", stateless({}), stateless_headers("server/discover")));
    CHECK(told["resultType"] == "complete");
    CHECK(told["supportedVersions"][0] == "2026-07-28");
    CHECK(told["capabilities"].contains("tools"));
    const json listed =
        rpc_result_of(ask("tools/list", stateless({}), stateless_headers("tools/list")));
    CHECK(listed["resultType"] == "complete");
    CHECK(listed["ttlMs"].is_number_integer());
    CHECK(listed["cacheScope"] == "public");
    const std::string id = a_grid(s);
    const json call = stateless({{"name", "task"}, {"arguments", {{"id", id}}}});
    const json shown =
        rpc_result_of(ask("tools/call", call, stateless_headers("tools/call", "task")));
    CHECK(shown["structuredContent"]["id"] == id);
    CHECK(shown["resultType"] == "complete");
    CHECK(
        rpc_error_of(ask("tools/call", call, stateless_headers("tools/call", "wait")), 400)
        == -32020
    );
    CHECK(rpc_error_of(ask("tools/list", stateless({}), {}), 400) == -32020);
    CHECK(rpc_error_of(ask("tools/list", stateless({}, "2030-01-01"), {}), 400) == -32022);
    CHECK(rpc_error_of(ask("ping", stateless({}), stateless_headers("ping")), 404) == -32601);
    json without = stateless({});
    without["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
    CHECK(rpc_error_of(ask("tools/list", without, stateless_headers("tools/list")), 400) == -32602);
}

TEST_CASE("a viewer looks on, and draws nothing") {
    scene_options options;
    options.api.callers.push_back({.name = "eyes", .key = "eyes-key", .reads_only = true});
    scene s(options);
    const header_list eyes{{"Authorization", "Bearer eyes-key"}};
    const std::string picture = to_base64(png(1, 16));
    for (const auto& [name, arguments] : std::vector<std::pair<std::string, json>>{
             {"imagine", {{"prompt", "a"}}},
             {"edit", {{"prompt", "a"}, {"image", picture}}},
             {"describe", {{"image", picture}}},
             {"press", {{"id", "1760000000000001"}, {"button", "U1"}}}
         }) {
        CHECK(mentions(fault_text(rpc_call(s, name, arguments, eyes)), "viewer"));
    }
    CHECK(rpc_result_of(s.post("/mcp", rpc("tools/list"), eyes))["tools"].size() == 6);
    for (const char* path : {"generations", "edits", "variations"}) {
        const auto answer =
            s.post(std::string("/v1/images/") + path, {{"prompt", "a"}, {"image", picture}}, eyes);
        CHECK(answer.status == 403);
        CHECK(json_of(answer)["error"]["code"] == "permission_denied");
    }
    CHECK(s.tasks.empty());
}

TEST_CASE("a model that the caller may not use is forbidden to OpenAI's clients too") {
    scene_options options;
    options.api.callers.push_back({.name = "bot", .key = "bot-key", .models = {task::model::v2}});
    scene s(options);
    const header_list bot{{"Authorization", "Bearer bot-key"}};
    const auto answer = s.post(
        "/v1/images/generations", {{"prompt", "a"}, {"model", "ideogram-v3"}, {"async", true}}, bot
    );
    CHECK(answer.status == 403);
    CHECK(json_of(answer)["error"]["param"] == "model");
}
