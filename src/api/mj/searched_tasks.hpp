// The task page of the trueai web UI: what it searches for, and a page of what was found.
#pragma once

#include "imagined/submit/json_body.hpp"

#include "imagined/queue/reading.hpp"
#include "imagined/task/submission.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace imagined::api {

inline constexpr unix_millis day_millis = 86'400'000;

// `search` and `pagination` of its body. An empty text asks for nothing.
struct task_search {
    std::string id;
    std::string mode;
    std::string action;
    std::string status;
    std::string fail_reason; // contained in it
    std::string words;       // contained in the prompt; the page calls them "description"
    unix_millis from = 0;    // of submit, inclusive; 0: no bound
    unix_millis until = 0;   // exclusive; 0: no bound
    std::size_t page = 1;    // from 1 on
    std::size_t size = 10;
};

// Remembers in `fields` what it cannot read.
task_search read_task_search(submit::json_body& fields);

bool meets(const task_search& wanted, const task::record& record, const task::submission& made);

// Midnight (UTC) of "2026-11-30"; nullopt for what is no day.
std::optional<unix_millis> day_start(const std::string& day);

} // namespace imagined::api
