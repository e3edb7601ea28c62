// How a task ends, decided from what its calls came to. Pure.
#pragma once

#include "imagined/task/bilingual.hpp"
#include "imagined/task/vocabulary.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::worker {

// The first call of the task that was refused for good.
struct refusal {
    task::fail_code code = task::fail_code::backend_refused;
    task::bilingual reason;
};

// What the calls and the downloads brought.
struct harvest {
    int wanted = 1;                // pictures asked for
    int delivered = 0;             // stored and readable
    int unsafe = 0;                // withheld by the upstream
    int unreadable = 0;            // paid, but gone or not a picture
    int unstored = 0;              // the disk refused them for as long as they could be had
    std::vector<int> damaged = {}; // their places, from 1
    int lost = 0;                  // their call's outcome is unknowable
    bool too_late = false;
    std::string last_words; // what the upstream said when it last took no call, or ""
    std::optional<refusal> refused;
};

struct verdict {
    std::optional<task::fail_code> code; // nullopt: success
    task::bilingual reason;              // of a failure
    std::string note;                    // of a success with fewer pictures than wanted, else ""
};

// What was paid is delivered, if need be as fewer pictures with the reason; without any picture the
// most telling reason wins: not stored, refused, unknowable, unsafe, unreadable, too late.
verdict judge(const harvest& brought);

} // namespace imagined::worker
