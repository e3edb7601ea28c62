// The model's view of what a backend may be asked for at all: its breaker, and the day's money.
#include "queue_model.hpp"

namespace imagined::test {

namespace {

constexpr unix_millis minute_ms = 60'000;
constexpr unix_millis open_ms = 30'000;
constexpr std::size_t fewest_calls = 10;

} // namespace

std::optional<int> queue_model::gate(const std::string& slot, const model_task* mine) const {
    const auto found = breakers_.find(backend_of(slot));
    if (found == breakers_.end() || !found->second.open_until) {
        return std::nullopt;
    }
    const breaker& state = found->second;
    const std::string own = mine == nullptr ? "" : mine->record.id + ":r";
    const bool tried = !state.trial.empty() && state.trial != own && state.trial_until >= now;
    return *state.open_until > now || tried ? 0 : 1;
}

void queue_model::note_trial(
    const std::string& slot, const std::string& member, unix_millis until
) {
    const auto found = breakers_.find(backend_of(slot));
    if (found != breakers_.end() && found->second.open_until) {
        found->second.trial = member;
        found->second.trial_until = until;
    }
}

void queue_model::judge(const std::string& slot, const std::string& member, verdict what) {
    breaker& state = breakers_[backend_of(slot)];
    const auto open = [this, &state] {
        state = breaker{};
        state.open_until = now + open_ms;
    };
    if (state.open_until) {
        if (state.trial != member) {
            return;
        }
        state.trial.clear();
        if (what == verdict::good) {
            state = breaker{};
        } else if (what == verdict::bad) {
            open();
        }
        return;
    }
    if (what == verdict::nothing) {
        return;
    }
    state.tried[member] = now;
    state.failed.erase(member);
    if (what == verdict::bad) {
        state.failed[member] = now;
    }
    const auto old = [this](const auto& one) { return one.second <= now - minute_ms; };
    std::erase_if(state.tried, old);
    std::erase_if(state.failed, old);
    if (state.tried.size() >= fewest_calls && 2 * state.failed.size() > state.tried.size()) {
        open();
    }
}

void queue_model::drop_reservation(model_task& task) {
    if (!task.reserved.empty()) {
        judge(task.reserved, task.record.id + ":r", verdict::nothing);
        judge_route(task.reserved, task.record.lane, task.record.id + ":r", address::nothing);
    }
    task.reserved.clear();
}

bool queue_model::within_budget(const queue::call_marker& call) const {
    std::int64_t mine = call.cost_micros;
    std::int64_t all = call.cost_micros;
    for (const auto& today : {spent_today(), held_today()}) {
        for (const auto& [backend, micros] : today) {
            all += micros;
            mine += backend == backend_of(call.slot.name) ? micros : 0;
        }
    }
    return (call.backend_cap_micros == 0 || mine <= call.backend_cap_micros)
           && (call.total_cap_micros == 0 || all <= call.total_cap_micros);
}

void queue_model::release_hold(model_call& call) {
    if (call.held == 0) {
        return;
    }
    auto& day = held_[call.held_on];
    auto& mine = day[backend_of(call.slot)];
    mine -= call.held;
    if (mine <= 0) {
        day.erase(backend_of(call.slot));
    }
    call.held = 0;
}

std::map<std::string, std::int64_t> queue_model::held_today() const {
    const auto found = held_.find(now / day_ms);
    return found == held_.end() ? std::map<std::string, std::int64_t>{} : found->second;
}

} // namespace imagined::test
