#include "views/fresh_end.hpp"

#include "imagined/task/submission.hpp"
#include "imagined/task/view.hpp"

#include <cstdlib>

namespace imagined::api {

namespace {

constexpr std::string_view nearly_done = "99%";

// No call and no claim led to this end.
bool ended_in_its_submit(const task::record& record) {
    return record.state == task::state::success && record.calls.empty() && record.attempt == 0;
}

} // namespace

std::optional<std::string> view_before_end(const queue::snapshot& found, unix_millis now) {
    // Either way round: where this host's clock is off, an end is told too soon, never too late.
    const unix_millis age = std::abs(now - found.record.submitted);
    if (!ended_in_its_submit(found.record) || age >= fresh_end_hidden_for.count()) {
        return std::nullopt;
    }
    const auto submitted = task::submission_from_text(found.submission);
    if (!submitted || !submitted->notify_hook.empty()) {
        return std::nullopt;
    }
    return task::render_event_view(found.record, *submitted, "IN_PROGRESS", nearly_done, now);
}

} // namespace imagined::api
