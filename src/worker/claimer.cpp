// Claims tasks while there is room, and starts each as a coroutine of its own.
#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"
#include "shift.hpp"

#include <algorithm>
#include <random>

namespace imagined::worker {

namespace {

constexpr std::size_t most_per_claim = 64;
constexpr milliseconds trouble_pause{250};

std::uint64_t roll() {
    static std::mt19937_64 dice{std::random_device{}()};
    return dice();
}

// The lanes to ask for: what is paid first, then in an order that changes, so that no lane starves.
// Without room on the disk only what is paid.
std::vector<queue::lane> lanes_to_ask(const shift& on, bool has_room) {
    std::vector<queue::lane> lanes{{std::string(queue::storing_lane), {}}};
    if (on.parts.may_begin && !on.parts.may_begin()) {
        return lanes;
    }
    if (!has_room) {
        return lanes;
    }
    for (const auto& name : on.lanes) {
        if (name == queue::storing_lane) {
            continue;
        }
        queue::lane asked{name, {}};
        std::vector<queue::slot> of_broke;
        for (const auto& key : on.parts.backends.candidates(std::string_view(name), roll())) {
            const auto& owner = on.parts.backends.owner_of(key.name)->options().name;
            auto& slots = on.is_broke(owner) ? of_broke : asked.slots;
            slots.push_back({key.name, key.limit, key.group, key.pictures, key.asks});
        }
        // A place at a backend without money is no reason to take a task, unless it is to be told.
        if (asked.slots.empty()) {
            asked.slots = std::move(of_broke);
        }
        if (!asked.slots.empty()) {
            lanes.push_back(std::move(asked));
        }
    }
    std::shuffle(lanes.begin() + 1, lanes.end(), std::mt19937_64(roll()));
    return lanes;
}

} // namespace

awaitable<> claim_tasks(std::shared_ptr<shift> on) {
    bool know_lanes = false;
    while (!on->draining) {
        on->made_progress();
        const std::size_t room =
            on->options.concurrency - std::min(on->options.concurrency, on->held.size());
        if (room == 0) {
            co_await on->freed.wait(on->options.poll);
            continue;
        }
        const std::size_t most = std::min(room, most_per_claim);
        // As last seen: a claim does not wait for the disk, and each call looks anew.
        auto lanes = lanes_to_ask(*on, on->parts.disk.last().has_room());
        const std::size_t asked = lanes.size();
        auto answer = co_await on->parts.tasks.claim(
            on->name, most, on->options.lease, std::move(lanes), event_lease(*on)
        );
        if (!answer) {
            log::warning("claiming failed", {{"reason", answer.error().detail}});
            know_lanes = false;
            co_await pause_for(trouble_pause);
            continue;
        }
        for (auto& one : answer->tasks) {
            start_task(on, std::move(one));
        }
        on->lanes = {answer->lanes.begin(), answer->lanes.end()};
        // Lanes that were not known at this claim are asked at once; then only hints and polls.
        const bool look_again =
            answer->tasks.size() == most || (!know_lanes && on->lanes.size() + 1 > asked);
        know_lanes = true;
        if (!look_again) {
            co_await on->claimable.wait(on->options.poll);
        }
    }
}

} // namespace imagined::worker
