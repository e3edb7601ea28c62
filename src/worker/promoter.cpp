// Moves what time alone moves: delayed tasks, unanswered modals, tasks past their deadline.
#include "imagined/base/log.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr std::size_t most_per_round = 100;
constexpr seconds period{1};

} // namespace

awaitable<> promote_due(std::shared_ptr<shift> on) {
    for (;;) {
        const auto moved = co_await on->parts.tasks.promote(most_per_round);
        if (!moved) {
            log::warning("promoting failed", {{"reason", moved.error().detail}});
        } else if (*moved >= most_per_round) {
            continue;
        }
        co_await pause_for(period);
    }
}

} // namespace imagined::worker
