// What stands in the way of calls, told from the figures that the queue keeps: to whom a task waits
// for, and to operators. Nothing of it is written anywhere; it is decided when it is shown.
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/task/render_request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::api {

struct trouble_facts {
    const backend::roster& backends;
    const queue::statistics& counted;
    double max_spend_per_day = 0; // USD, all backends; 0: no cap
    bool disk_full = false;       // no paid call starts here for want of room
};

// Why an open task makes no call now, as far as its lane tells; nullopt when it does, when it only
// stores what is paid, or when it is about to start.
std::optional<task::wait_reason>
wait_reason_of(const task::record& task, const trouble_facts& facts, task::language in);

// What an operator would want to know, one sentence each.
std::vector<std::string> trouble_warnings(const trouble_facts& facts);

} // namespace imagined::api
