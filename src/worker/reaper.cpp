// Takes expired leases: tasks of dead workers go back to the queue, or to their end.
#include "imagined/base/log.hpp"
#include "insist.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr std::size_t reaped_per_round = 100;
constexpr seconds reaping_period{1};
// After an outage: answers that could not be recorded, and leases that could not be renewed, come
// before anybody concludes from their absence. Several times insist_pause.
constexpr seconds grace{2};

// Until the queue answers again, and a little longer.
awaitable<> wait_for_queue(std::shared_ptr<shift> on) {
    for (;;) {
        co_await pause_for(insist_pause);
        if (const auto told = co_await on->parts.reading.show_switches(); told) {
            break;
        }
    }
    co_await pause_for(grace);
}

} // namespace

awaitable<> reap_leases(std::shared_ptr<shift> on) {
    for (;;) {
        const auto reaped = co_await on->parts.tasks.reap(reaped_per_round);
        if (!reaped) {
            log::warning("reaping failed", {{"reason", reaped.error().detail}});
            co_await wait_for_queue(on);
            continue;
        }
        if (*reaped == reaped_per_round) {
            continue;
        }
        co_await pause_for(reaping_period);
    }
}

} // namespace imagined::worker
