// Which pictures of a task are paid, under way, lost or still to be asked for: decided from its
// call markers alone, so that a worker that takes a task over repeats only what surely did not
// start.
#pragma once

#include "imagined/backend/dialect.hpp"
#include "imagined/task/record.hpp"

#include <vector>

namespace imagined::worker {

struct coverage {
    std::vector<int> missing; // 1-based, ascending: nobody was asked, or surely in vain
    std::vector<int> lost;    // asked, and the outcome is unknowable: never asked again
    int answered = 0;         // calls with a recorded answer
    int next_index = 0;       // of the next call marker
};

// A call in flight of an earlier lease counts as lost: the queue hands a task over only after that
// call's deadline.
coverage assess(const task::record& record, int images);

// The calls that bring the missing pictures, from a dialect's plan for the whole request: planned
// calls that are missing whole stay as they are, broken ones are cut to the missing pictures.
std::vector<backend::call_plan>
plan_missing(const std::vector<backend::call_plan>& whole, const std::vector<int>& missing);

} // namespace imagined::worker
