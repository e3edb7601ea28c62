#include "imagined/task/progress.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

// Where the estimate stands when the usual time has passed; the rest is approached ever slower.
constexpr std::int64_t percent_when_due = 90;
constexpr std::int64_t highest_percent = 99;

// Longer than any call; keeps the arithmetic far from overflow whatever the inputs.
constexpr std::int64_t longest_ms = std::int64_t{30} * 24 * 3600 * 1000;

} // namespace

// Integer arithmetic: exactly non-decreasing, which rounding would not promise.
int estimate_percent(std::int64_t elapsed, std::int64_t expected) {
    const std::int64_t usual = std::min(expected > 0 ? expected : fallback_duration_ms, longest_ms);
    const std::int64_t passed = std::clamp<std::int64_t>(elapsed, 0, longest_ms);
    if (passed <= usual) {
        return static_cast<int>(1 + (percent_when_due - 1) * passed / usual);
    }
    const std::int64_t over = passed - usual;
    const std::int64_t more = (highest_percent - percent_when_due) * over / (over + usual);
    return static_cast<int>(percent_when_due + more);
}

std::string_view outward_status(const record& task) {
    switch (task.state) {
    case state::success:
        return "SUCCESS";
    case state::failure:
        return "FAILURE";
    case state::modal:
        return "MODAL";
    default:
        break;
    }
    // Times survive a requeue while the state does not: what was shown once stays true.
    if (task.called != 0 || task.state == state::calling || task.state == state::storing) {
        return "IN_PROGRESS";
    }
    if (task.started != 0 || task.state == state::leased) {
        return "SUBMITTED";
    }
    return "NOT_START";
}

std::string outward_progress(const record& task, unix_millis now) {
    if (is_terminal(task.state)) {
        return "100%";
    }
    const std::string_view status = outward_status(task);
    if (status == "IN_PROGRESS") {
        const std::int64_t elapsed = task.called == 0 ? 0 : now - task.called;
        return std::to_string(estimate_percent(elapsed, task.expected)) + "%";
    }
    return status == "SUBMITTED" ? "0%" : "";
}

std::int64_t smooth_duration(std::int64_t previous, std::int64_t observed) {
    if (observed <= 0) {
        return previous; // clocks of two machines can disagree; a call takes time
    }
    observed = std::min(observed, longest_ms);
    if (previous <= 0) {
        return observed;
    }
    previous = std::min(previous, longest_ms);
    return previous + (observed - previous) / 4;
}

} // namespace imagined::task
