// A tool's call on its way: waited for and answered as one JSON message, or as events that tell how
// far the task is and end with the answer.
#pragma once

#include "context/context.hpp"
#include "mcp/tool_answer.hpp"
#include "mcp/tools.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace imagined::api {

struct followed_call {
    nlohmann::json id;    // of the message
    nlohmann::json token; // of its progress; null: none is told
    answer_wish wish;
    begun_task task;
    std::shared_ptr<running_tool> running;
    std::shared_ptr<seats::seat> seat; // among those that are kept waiting
};

// Of the edition without sessions every result says that it is one.
nlohmann::json complete_result(const std::string& edition, nlohmann::json told);

// Once the task has ended, or its time is over. To a call that was called off nothing is said.
awaitable<http::response> answer_in_one(context& api, followed_call call);

// The same, with progress while it lasts. `api` must outlive the stream.
awaitable<http::response> progress_events(context& api, followed_call call);

} // namespace imagined::api
