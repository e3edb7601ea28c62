// What became of tasks over time, told from the tasks themselves: how many came and ended in each
// step, how long they waited and ran, how many were under way. Pure; nothing is counted beforehand,
// so the figures are the same in every process and after every restart.
#pragma once

#include "imagined/task/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <vector>

namespace imagined::api {

struct tally_span {
    unix_millis from = 0;
    unix_millis step = 60000; // milliseconds
    std::size_t steps = 60;

    unix_millis until() const { return from + step * static_cast<unix_millis>(steps); }
};

// {"from", "step", "series": {"succeeded": […], …, "waitP50": [… null where nobody started]},
// "totals": {…}, "errors": {"TIMEOUT": 1}}. Times are milliseconds. A task counts as submitted,
// started and ended in the steps in which it was; outside of the span it counts nowhere.
nlohmann::json tally(const std::vector<task::record>& tasks, const tally_span& over);

} // namespace imagined::api
