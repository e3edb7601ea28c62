// The progress estimate: a pure function of time, so no write is needed to show it, it never falls,
// and two processes agree.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/task/record.hpp"

#include <string>

namespace imagined::task {

// Percent shown `elapsed` ms after the call went out, when `expected` ms are usual: starts at 1,
// approaches and never exceeds 99, strictly non-decreasing in `elapsed`. expected <= 0 stands for
// fallback_duration.
int estimate_percent(std::int64_t elapsed, std::int64_t expected);

inline constexpr std::int64_t fallback_duration_ms = 15000;

// What the task's `status` says (contract §3): NOT_START, MODAL, SUBMITTED, IN_PROGRESS, SUCCESS,
// FAILURE. A requeue never steps back.
std::string_view outward_status(const record& task);

// "0%" … "100%", or "" where the API shows null.
std::string outward_progress(const record& task, unix_millis now);

// Expected duration from the previous estimate and a new observation (exponential moving average,
// weight 1/4); the first observation counts whole.
std::int64_t smooth_duration(std::int64_t previous, std::int64_t observed);

} // namespace imagined::task
