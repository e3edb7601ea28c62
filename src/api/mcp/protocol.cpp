#include "mcp/protocol.hpp"

#include "answers/answers.hpp"
#include "imagined/task/json_reader.hpp"

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::array editions{
    std::string_view("2024-11-05"),
    std::string_view("2025-03-26"),
    std::string_view("2025-06-18"),
    mcp::newest_with_sessions,
    mcp::without_initialize
};

constexpr const char* edition_field = "io.modelcontextprotocol/protocolVersion";
constexpr const char* capabilities_field = "io.modelcontextprotocol/clientCapabilities";

std::string dumped(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const json& member(const json& of, const char* name) {
    static const json nothing;
    const auto found = of.is_object() ? of.find(name) : of.end();
    return of.is_object() && found != of.end() ? *found : nothing;
}

rpc_fault fault(const json& id, int code, std::string message) {
    rpc_fault made;
    made.code = code;
    made.message = std::move(message);
    made.id = id;
    return made;
}

rpc_fault no_such_edition(const json& id, const std::string& asked) {
    rpc_fault made = fault(id, mcp::unsupported_edition, "Unsupported protocol version: " + asked);
    made.data = {{"supported", served_editions()}, {"requested", asked}};
    return made;
}

// What the headers must repeat of a message of the edition without sessions.
std::optional<rpc_fault> compare_headers(const http::request_head& head, const rpc_message& read) {
    const auto differs = [&head](const char* name, std::string_view wanted) {
        return head.headers.get(name) != wanted;
    };
    const json& name = member(read.params, "name");
    std::string_view wrong;
    if (differs("MCP-Protocol-Version", read.edition)) {
        wrong = "MCP-Protocol-Version";
    } else if (differs("Mcp-Method", read.method)) {
        wrong = "Mcp-Method";
    } else if (read.method == "tools/call" && name.is_string()
               && differs("Mcp-Name", name.get_ref<const std::string&>())) {
        wrong = "Mcp-Name";
    }
    if (wrong.empty()) {
        return std::nullopt;
    }
    return fault(
        read.id, mcp::header_mismatch, std::string(wrong) + ": expected what the body says"
    );
}

std::variant<rpc_message, rpc_fault> judge_stateless(
    const http::request_head& head, rpc_message read, const json& meta, const json& edition
) {
    const std::string asked = edition.is_string() ? edition.get<std::string>() : dumped(edition);
    if (asked != mcp::without_initialize) {
        return no_such_edition(read.id, asked);
    }
    read.edition = asked;
    if (read.wants_answer() && !member(meta, capabilities_field).is_object()) {
        return fault(
            read.id,
            mcp::invalid_parameters,
            std::string("_meta: expected ") + capabilities_field + ", an object"
        );
    }
    if (auto differing = compare_headers(head, read)) {
        return std::move(*differing);
    }
    return read;
}

} // namespace

json served_editions() {
    json listed = json::array();
    for (auto at = editions.rbegin(); at != editions.rend(); ++at) {
        listed.push_back(*at);
    }
    return listed;
}

bool serves_edition(std::string_view edition) {
    return std::find(editions.begin(), editions.end(), edition) != editions.end();
}

std::variant<rpc_message, rpc_fault>
read_rpc(const http::request_head& head, std::string_view body) {
    task::json_reader reader;
    auto parsed = reader.read(body);
    const json* value = std::get_if<json>(&parsed);
    if (value == nullptr) {
        return fault(nullptr, mcp::not_json, "Parse error: expected JSON in UTF-8");
    }
    if (!value->is_object() || member(*value, "jsonrpc") != "2.0") {
        return fault(
            nullptr, mcp::invalid_request, "Invalid request: expected one JSON-RPC 2.0 message"
        );
    }
    rpc_message read;
    read.id = member(*value, "id");
    if (!read.id.is_null() && !read.id.is_string() && !read.id.is_number()) {
        return fault(nullptr, mcp::invalid_request, "id: expected a string or a number");
    }
    const json& method = member(*value, "method");
    const json& params = member(*value, "params");
    if (method.is_string()) {
        read.method = method.get<std::string>();
    } else if (!value->contains("result") && !value->contains("error")) {
        return fault(read.id, mcp::invalid_request, "method: expected a string");
    }
    if (params.is_object()) {
        read.params = params;
    } else if (!params.is_null()) {
        return fault(read.id, mcp::invalid_parameters, "params: expected an object");
    }
    const json& meta = member(read.params, "_meta");
    if (const json& edition = member(meta, edition_field); !edition.is_null()) {
        return judge_stateless(head, std::move(read), meta, edition);
    }
    const std::string_view told = head.headers.get("MCP-Protocol-Version");
    read.edition = told.empty() ? mcp::untold : told;
    if (!serves_edition(read.edition)) {
        return no_such_edition(read.id, read.edition);
    }
    if (read.is_stateless()) {
        return fault(
            read.id,
            mcp::header_mismatch,
            std::string("_meta: expected ") + edition_field + ", as MCP-Protocol-Version names it"
        );
    }
    return read;
}

std::string rpc_result(const json& id, json result) {
    const json told{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
    return dumped(told);
}

std::string rpc_notification(std::string_view method, json params) {
    const json told{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
    return dumped(told);
}

http::response rpc_answer(std::string body) {
    return json_answer(200, std::move(body));
}

http::response rpc_error(const rpc_fault& why) {
    json error{{"code", why.code}, {"message", why.message}};
    if (!why.data.is_null()) {
        error["data"] = why.data;
    }
    const json told{{"jsonrpc", "2.0"}, {"id", why.id}, {"error", std::move(error)}};
    return json_answer(why.status, dumped(told));
}

} // namespace imagined::api
