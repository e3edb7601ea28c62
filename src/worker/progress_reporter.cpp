// Once a second: a progress event for each running task that has a hook and moved.
#include "imagined/base/log.hpp"
#include "imagined/task/progress.hpp"
#include "shift.hpp"

namespace imagined::worker {

awaitable<> report_progress(std::shared_ptr<shift> on) {
    for (;;) {
        co_await pause_for(seconds(1));
        const auto now = on->parts.tasks.now();
        std::vector<std::pair<queue::token, int>> steps;
        for (const auto& [id, holding] : on->held) {
            if (!holding->has_hook || holding->called == 0 || holding->lost) {
                continue;
            }
            const int percent = task::estimate_percent(now - holding->called, holding->expected_ms);
            if (percent > holding->shown_percent) {
                holding->shown_percent = percent;
                steps.emplace_back(holding->held, percent);
            }
        }
        if (steps.empty()) {
            continue;
        }
        if (auto told = co_await on->parts.tasks.progress(std::move(steps)); !told) {
            log::debug("progress events were not written", {{"reason", told.error().detail}});
        }
    }
}

} // namespace imagined::worker
