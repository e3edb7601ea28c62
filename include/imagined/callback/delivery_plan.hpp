// When a callback is tried again: a pure function of how it went (contract §5, queue.md §4).
#pragma once

#include "imagined/base/async.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace imagined::callback {

// What one attempt came to.
struct attempt_result {
    enum class kind {
        delivered, // 2xx within the time limit
        failed,    // anything else, redirects included
        gone,      // 410: the receiver wants no more
        forbidden  // the address may not be connected to; nothing was sent
    } what = kind::failed;
    int status = 0; // HTTP status, 0 without one
    std::optional<milliseconds> retry_after;
    std::string note; // for the task's history: "503", "connection refused"
};

// How long to wait before attempt number `tried` + 1 (schedule[0] is the first attempt's delay), or
// nullopt when the schedule is used up or the receiver is gone. Up to 10 % of jitter from `dice` is
// added, except to zero delays; Retry-After wins when it is longer, up to max_retry_after.
std::optional<milliseconds> next_delay(
    const std::vector<milliseconds>& schedule,
    int tried,
    const attempt_result& last,
    std::uint64_t dice
);

inline constexpr milliseconds max_retry_after{24 * 3600 * 1000};

} // namespace imagined::callback
