#include "live/outlook.hpp"

#include "imagined/base/finally.hpp"
#include "imagined/task/progress.hpp"

#include <algorithm>
#include <set>

namespace imagined::api {

namespace {

constexpr seconds kept_for{1};

const queue::slot_state* find(const queue::statistics& counted, const std::string& slot) {
    const auto same = [&](const queue::slot_state& one) { return one.name == slot; };
    const auto found = std::find_if(counted.slots.begin(), counted.slots.end(), same);
    return found == counted.slots.end() ? nullptr : &*found;
}

std::int64_t call_ms(const task::render_request& wanted, const queue::statistics& counted) {
    const std::string wanted_class = task::duration_class_of(wanted);
    for (const auto& [name, ms] : counted.durations_ms) {
        if (name == wanted_class && ms > 0) {
            return ms;
        }
    }
    return task::fallback_duration_ms;
}

} // namespace

std::int64_t expected_wait_ms(std::size_t ahead, const capacity& now) {
    const auto before = static_cast<std::int64_t>(ahead);
    if (before < now.free) {
        return 0;
    }
    return (before - now.free + 1) * now.call_ms / std::max(1, now.places);
}

capacity capacity_for(
    const task::render_request& wanted,
    const backend::roster& backends,
    const queue::statistics& counted
) {
    capacity now;
    now.call_ms = call_ms(wanted, counted);
    std::set<std::string> groups; // those of one share its places
    for (const auto& slot : backends.candidates(wanted, 0)) {
        const auto* found = find(counted, slot.name);
        const queue::slot_state state = found == nullptr ? queue::slot_state{} : *found;
        if (state.disabled || state.cooling_until > counted.now
            || !groups.insert(slot.group.empty() ? slot.name : slot.group).second) {
            continue;
        }
        int places = slot.limit;
        int free = slot.limit - state.group_calls;
        if (const int most = state.picture_limit(slot.pictures); most > 0) {
            const int asks = std::min(slot.asks, most);
            places = std::min(places, most / asks);
            free = std::min(free, (most - state.group_pictures) / asks);
        }
        now.places += places;
        now.free += std::max(0, free);
    }
    return now;
}

figures::figures(queue::reading& tasks, const backend::roster& backends) : tasks_(tasks) {
    for (const auto& member : backends.members()) {
        for (const auto& slot : member->slots()) {
            slots_.push_back(slot.name);
        }
    }
}

awaitable<queue::statistics> figures::now() {
    const auto at = std::chrono::steady_clock::now();
    if (counting_ || (known_ && at - counted_at_ < kept_for)) {
        co_return counted_;
    }
    counting_ = true;
    const finally ended([this] { counting_ = false; });
    std::vector<std::string> slots = slots_;
    auto counted = co_await tasks_.stats(std::move(slots));
    if (counted) {
        counted_ = std::move(*counted);
        counted_at_ = at;
        known_ = true;
    }
    co_return counted_;
}

awaitable<queue::statistics> figures::of(std::string caller) {
    const auto at = std::chrono::steady_clock::now();
    const auto known = own_.find(caller);
    if (known != own_.end() && at - known->second.at < kept_for) {
        co_return known->second.counted;
    }
    const auto counted = co_await tasks_.counts(caller);
    own_figures& own = own_[caller];
    if (counted) {
        own = {*counted, at};
    }
    co_return own.counted;
}

} // namespace imagined::api
