// Takes expired leases: tasks of dead workers go back to the queue, or to their end.
#include "imagined/base/log.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr std::size_t most_per_round = 100;
constexpr seconds period{1};

} // namespace

awaitable<> reap_leases(std::shared_ptr<shift> on) {
    for (;;) {
        const auto reaped = co_await on->parts.tasks.reap(most_per_round);
        if (!reaped) {
            log::warning("reaping failed", {{"reason", reaped.error().detail}});
        } else if (*reaped == most_per_round) {
            continue;
        }
        co_await pause_for(period);
    }
}

} // namespace imagined::worker
