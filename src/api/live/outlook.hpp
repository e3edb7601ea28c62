// How long a waiting task will probably wait: what is ahead of it, how many calls its backends make
// at a time, and how long such calls took of late. An estimate for people, never a promise.
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/base/async.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/task/render_request.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace imagined::api {

struct capacity {
    int places = 0; // calls that may run at a time
    int free = 0;   // of them, now
    std::int64_t call_ms = 0;
};

// Milliseconds until the task after `ahead` others starts, in steps that calls end at an even pace.
std::int64_t expected_wait_ms(std::size_t ahead, const capacity& now);

// What is known of `wanted`'s backends. Keys that are disabled or cool have no place. 0 places mean
// that nothing is known, and one is assumed.
capacity capacity_for(
    const task::render_request& wanted,
    const backend::roster& backends,
    const queue::statistics& counted
);

// The queue's figures, asked for at most once a second however many want them: of all tasks, and of
// the callers that look at their own.
class figures {
public:
    explicit figures(queue::reading& tasks, const backend::roster& backends);

    // The latest; as they were when the queue does not answer.
    awaitable<queue::statistics> now();

    // Of one configured caller's tasks; the same holds.
    awaitable<queue::statistics> of(std::string caller);

private:
    struct own_figures {
        queue::statistics counted;
        std::chrono::steady_clock::time_point at{};
    };

    queue::reading& tasks_;
    std::vector<std::string> slots_;
    queue::statistics counted_;
    std::chrono::steady_clock::time_point counted_at_;
    bool counting_ = false;
    bool known_ = false;
    std::map<std::string, own_figures> own_; // one a caller
};

} // namespace imagined::api
