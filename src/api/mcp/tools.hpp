// The tools that agents are offered: their names, what they take (JSON Schema), and what each
// begins.
#pragma once

#include "context/context.hpp"
#include "imagined/submit/json_body.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace imagined::api {

// A task that a tool is about, and until when it is waited for.
struct begun_task {
    std::string id;
    std::chrono::steady_clock::time_point until;
    bool made_here = false; // by this call, which may cancel it
};

// Why a tool cannot do what it was asked for, for the agent to read.
struct tool_fault {
    std::string text;
};

using begun = std::variant<begun_task, tool_fault>;

struct tool {
    std::string_view name;
    nlohmann::ordered_json (*describe)(); // as tools/list shows it
    awaitable<begun> (*begin)(context& api, const call& from, submit::json_body arguments);
};

// nullptr for a name that is none.
const tool* find_tool(std::string_view name);

nlohmann::ordered_json list_tools();

// A tool answers so long after it was called: packages give up after 60 s.
inline constexpr std::chrono::milliseconds tool_time{44000};

} // namespace imagined::api
