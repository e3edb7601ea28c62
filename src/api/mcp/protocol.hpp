// The Model Context Protocol's frame (upstream-specs.md §7): JSON-RPC messages, and which edition
// of the protocol a request speaks. Pure.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace imagined::api {

// Editions order as their dates do.
namespace mcp {

inline constexpr std::string_view newest_with_sessions = "2025-11-25";
inline constexpr std::string_view without_initialize = "2026-07-28";
inline constexpr std::string_view with_structure = "2025-06-18"; // and links, from here on
inline constexpr std::string_view untold = "2025-03-26";         // where no header names one

// Of JSON-RPC, and of this protocol.
inline constexpr int not_json = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int unknown_method = -32601;
inline constexpr int invalid_parameters = -32602;
inline constexpr int server_fault = -32000;
inline constexpr int header_mismatch = -32020;
inline constexpr int unsupported_edition = -32022;

} // namespace mcp

struct rpc_message {
    nlohmann::json id; // null in what wants no answer
    std::string method;
    nlohmann::json params = nlohmann::json::object();
    std::string edition; // of the protocol, one that is served

    bool wants_answer() const { return !id.is_null(); }

    // The edition without sessions: each request says all by itself.
    bool is_stateless() const { return edition >= mcp::without_initialize; }
};

// Why a message is not read.
struct rpc_fault {
    int status = 400; // of HTTP
    int code = mcp::invalid_request;
    std::string message;
    nlohmann::json id;   // as far as it was read
    nlohmann::json data; // null: none
};

// A response, which nobody here has asked for, has no method.
std::variant<rpc_message, rpc_fault>
read_rpc(const http::request_head& head, std::string_view body);

bool serves_edition(std::string_view edition);
nlohmann::json served_editions();

std::string rpc_result(const nlohmann::json& id, nlohmann::json result);
std::string rpc_notification(std::string_view method, nlohmann::json params);

http::response rpc_answer(std::string body);
http::response rpc_error(const rpc_fault& why);

} // namespace imagined::api
