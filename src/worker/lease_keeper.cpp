// Keeps the leases of this worker alive, in one batch, and tells the queue that the worker lives.
#include "imagined/base/log.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr int renewals_per_lease = 3;

} // namespace

awaitable<> keep_leases(std::shared_ptr<shift> on) {
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        std::vector<queue::token> alive;
        for (const auto& [id, holding] : on->held) {
            if (!holding->lost && holding->vouched_until > now) {
                alive.push_back(holding->held);
            }
        }
        const bool takes = !on->draining && on->parts.disk.last().has_room();
        const std::size_t capacity = takes ? on->options.concurrency : 0;
        const auto lost =
            co_await on->parts.tasks.renew(on->name, capacity, on->options.lease, std::move(alive));
        if (!lost) {
            log::warning("renewing leases failed", {{"reason", lost.error().detail}});
            co_await pause_for(seconds(1));
            continue;
        }
        for (const auto& token : *lost) {
            const auto found = on->held.find(token.id);
            if (found != on->held.end() && found->second->held.nonce == token.nonce) {
                found->second->lost = true;
            }
        }
        co_await pause_for(on->options.lease / renewals_per_lease);
    }
}

} // namespace imagined::worker
