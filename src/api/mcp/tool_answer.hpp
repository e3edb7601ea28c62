// What a tool answers of a task: for people and models as text and links, for programs as
// structuredContent (contract §7).
#pragma once

#include "context/context.hpp"
#include "mcp/tools.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace imagined::api {

struct answer_wish {
    queue::scope who;
    task::language in = task::language::en;
    std::string edition;   // of the protocol
    bool previews = false; // small pictures in the answer itself
};

nlohmann::json fault_result(const std::string& text);

// The task as it stands. A failure of one that this call made is the tool's own.
awaitable<nlohmann::json>
task_result(context& api, const answer_wish& wanted, std::string id, bool made_here);

} // namespace imagined::api
