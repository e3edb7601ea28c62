// Moves what time alone moves: delayed tasks, unanswered modals, tasks past their deadline.
#include "imagined/base/log.hpp"
#include "shift.hpp"

namespace imagined::worker {

namespace {

constexpr std::size_t promoted_per_round = 100;
constexpr seconds promoting_period{1};

// With the keys that may serve them: what those met is told to whoever waited in vain.
std::vector<queue::lane> waiting_lanes(const shift& on) {
    std::vector<queue::lane> lanes;
    for (const auto& name : on.lanes) {
        queue::lane one{name, {}};
        for (const auto& key : on.parts.backends.candidates(std::string_view(name), 0)) {
            one.slots.push_back({key.name, key.limit});
        }
        if (!one.slots.empty()) {
            lanes.push_back(std::move(one));
        }
    }
    return lanes;
}

} // namespace

awaitable<> promote_due(std::shared_ptr<shift> on) {
    for (;;) {
        const auto moved = co_await on->parts.tasks.promote(promoted_per_round, waiting_lanes(*on));
        if (!moved) {
            log::warning("promoting failed", {{"reason", moved.error().detail}});
        } else if (*moved >= promoted_per_round) {
            continue;
        }
        co_await pause_for(promoting_period);
    }
}

} // namespace imagined::worker
