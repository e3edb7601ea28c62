// The model's operators: switches, what is forgotten at their word, tasks once more, the figures.
#include "queue_model.hpp"

#include <algorithm>
#include <cmath>

namespace imagined::test {

namespace {

constexpr std::size_t actions_kept = 500;
constexpr const char* paused = "paused";

std::string word_of(unix_millis since) {
    return since != 0 ? paused : "";
}

std::string limit_text(const std::optional<int>& limit) {
    return limit ? std::to_string(*limit) : "";
}

} // namespace

void queue_model::tell_action(queue::operator_action what) {
    actions_.push_front(std::move(what));
    if (actions_.size() > actions_kept) {
        actions_.pop_back();
    }
}

const queue::channel_switch* queue_model::switched(const std::string& channel) const {
    const auto found =
        std::find_if(off_.channels.begin(), off_.channels.end(), [&](const auto& one) {
            return one.name == channel;
        });
    return found == off_.channels.end() ? nullptr : &*found;
}

const queue::switches&
queue_model::switch_queue(const std::string& who, const queue::queue_change& wanted) {
    const auto turn = [&](const char* what, std::optional<bool> pause, unix_millis& since) {
        if (pause && *pause != (since != 0)) {
            tell_action({now, who, what, "", word_of(since), *pause ? paused : ""});
            since = *pause ? now : 0;
        }
    };
    turn("intake", wanted.pause_intake, off_.intake_paused_since);
    turn("dispatch", wanted.pause_dispatch, off_.dispatch_paused_since);
    return off_;
}

const queue::switches&
queue_model::switch_channel(const std::string& who, const queue::channel_change& wanted) {
    queue::channel_switch one{wanted.name, 0, std::nullopt};
    if (const auto* known = switched(wanted.name)) {
        one = *known;
    }
    if (wanted.pause && *wanted.pause != (one.paused_since != 0)) {
        const auto before = word_of(one.paused_since);
        tell_action({now, who, "pause", one.name, before, *wanted.pause ? paused : ""});
        one.paused_since = *wanted.pause ? now : 0;
    }
    const auto limit = wanted.limit.value_or(0) > 0 ? wanted.limit : std::nullopt;
    if (wanted.limit && limit != one.limit) {
        tell_action({now, who, "limit", one.name, limit_text(one.limit), limit_text(limit)});
        one.limit = limit;
    }
    std::erase_if(off_.channels, [&](const auto& known) { return known.name == one.name; });
    if (one.paused_since != 0 || one.limit) {
        const auto behind =
            std::find_if(off_.channels.begin(), off_.channels.end(), [&](const auto& known) {
                return known.name > one.name;
            });
        off_.channels.insert(behind, one);
    }
    return off_;
}

void queue_model::reset_channel(
    const std::string& who,
    const std::string& name,
    const std::string& backend,
    const std::vector<std::string>& slots
) {
    std::string before = "ok";
    for (const auto& slot : slots) {
        const auto cold = cooling_.find(slot);
        if (cold != cooling_.end() && before != "disabled") {
            before = cold->second.disabled ? "disabled" : "cooling";
        }
        cooling_.erase(slot);
        said_.erase(slot);
        lowered_.erase(group_of(slot));
        rests_.erase(group_of(slot));
    }
    if (!backend.empty()) {
        const auto known = breakers_.find(backend);
        if (known != breakers_.end() && known->second.open_until) {
            before = "breaker-open";
        }
        breakers_.erase(backend);
        const auto shut = std::erase_if(routes_, [&](const auto& one) {
            return one.first.substr(0, one.first.rfind('/')) == backend;
        });
        before = shut > 0 ? "disabled" : before;
    }
    tell_action({now, who, "reset", name, before, "ok"});
}

result<queue::submitted> queue_model::resubmit(
    const std::string& of,
    const queue::new_task& again,
    const std::vector<int>& calls,
    bool complete
) {
    const auto* old = find(of);
    if (old == nullptr) {
        return failure{failure_kind::not_found, "no such task"};
    }
    if (!old->ended()) {
        return failure{failure_kind::conflict, "it has not ended"};
    }
    if (off_.intake_paused_since != 0) {
        return verdict_alone(queue::submitted::verdict::intake_paused);
    }
    if (!complete && waiting() >= again.queue_limit) {
        return verdict_alone(queue::submitted::verdict::queue_full);
    }
    model_task made;
    for (const int index : calls) {
        const auto paid = old->calls.find(index);
        if (paid == old->calls.end() || paid->second.now != model_call::fate::answered) {
            return failure{failure_kind::conflict, "it has no such answer"};
        }
        made.calls[index] = paid->second;
    }
    made.record.id = reserve_id();
    made.record.caller = old->record.caller;
    made.record.lane = again.lane;
    made.record.submitted = now;
    made.record.deadline = now + again.task_timeout.count();
    made.record.called = calls.empty() ? 0 : old->record.called; // links live from then on
    made.record.sequence = 1;
    made.submission = old->submission;
    made.hook = old->hook;
    made.hook_gone = old->hook_gone;
    auto& task = tasks_[made.record.id] = std::move(made);
    add_event(task, again.event);
    enter(task, complete ? std::string(queue::storing_lane) : again.lane);
    queue::submitted told;
    told.id = task.record.id;
    return told;
}

std::optional<std::size_t> queue_model::ahead_of(const model_task& task) const {
    if (task.where != model_task::place::queue) {
        return std::nullopt;
    }
    std::map<std::string, std::size_t> in_lane;
    std::size_t rank = 0;
    for (const auto& [id, other] : tasks_) {
        if (other.where == model_task::place::queue && other.standing_in == task.standing_in) {
            ++in_lane[other.record.caller];
            rank += other.record.caller == task.record.caller && id < task.record.id ? 1 : 0;
        }
    }
    const auto time_of = [this](const std::string& caller) {
        const auto known = started_share_.find(caller);
        return known == started_share_.end() ? 0 : known->second;
    };
    const auto& mine = task.record.caller;
    const double turn = time_of(mine) + static_cast<double>(rank) / limits_of(mine).weight;
    auto ahead = static_cast<double>(rank);
    for (const auto& [caller, waiting] : in_lane) {
        if (caller != mine) {
            const double before = std::ceil((turn - time_of(caller)) * limits_of(caller).weight);
            ahead += std::clamp(before, 0.0, static_cast<double>(waiting));
        }
    }
    return static_cast<std::size_t>(ahead);
}

queue::statistics queue_model::figures(const std::vector<std::string>& slots) const {
    queue::statistics told;
    told.now = now;
    told.running = running();
    told.workers = live_workers();
    std::map<std::string, std::size_t> lanes;
    std::map<std::string, int> running_by_caller;
    const model_task* due_first = nullptr;
    for (const auto& [id, task] : tasks_) {
        told.waiting += task.waiting() || task.where == model_task::place::delay ? 1 : 0;
        told.modal += task.record.state == task::state::modal ? 1 : 0;
        told.outbox += task.outbox.empty() ? 0 : 1;
        told.dead_letters += task.dead_letter ? 1 : 0;
        running_by_caller[task.record.caller] += task.at_work() ? 1 : 0;
        if (task.where == model_task::place::queue) {
            ++lanes[task.standing_in];
        }
        if (task.waiting()
            && (due_first == nullptr || task.record.deadline < due_first->record.deadline)) {
            due_first = &task;
        }
    }
    told.oldest_waiting = due_first == nullptr ? 0 : due_first->record.submitted;
    told.lanes.assign(lanes.begin(), lanes.end());
    for (const auto& [backend, micros] : spent_today()) {
        told.spent_by_backend_today.emplace_back(backend, micros);
        told.spent_micros_today += micros;
    }
    for (const auto& [backend, micros] : held_today()) {
        told.held_by_backend_today.emplace_back(backend, micros);
    }
    std::set<std::string> backends;
    for (const auto& name : slots) {
        backends.insert(backend_of(name));
        told.slots.push_back(state_of(name));
    }
    for (const auto& backend : backends) {
        const auto known = breakers_.find(backend);
        if (known != breakers_.end() && known->second.open_until) {
            told.breakers.push_back({backend, *known->second.open_until});
        }
    }
    told.durations_ms.assign(durations_.begin(), durations_.end());
    for (const auto& [name, state] : routes_) {
        const auto slash = name.rfind('/');
        told.shut.push_back(
            {name.substr(0, slash), name.substr(slash + 1), state.until, state.times, state.words}
        );
    }
    for (const auto& [caller, limit] : limits_) {
        if (limit.max_running > 0) {
            told.loads.push_back({caller, running_by_caller[caller], limit.max_running});
        }
    }
    told.turned = off_;
    return told;
}

queue::slot_state queue_model::state_of(const std::string& slot) const {
    queue::slot_state told;
    told.name = slot;
    told.in_flight = held_places(slot);
    if (const auto cold = cooling_.find(slot); cold != cooling_.end()) {
        const bool rests = cold->second.until > now;
        told.cooling_until = rests ? cold->second.until : 0;
        told.disabled = rests && cold->second.disabled;
        told.refused = cold->second.disabled;
        told.on_trial = !rests;
    }
    if (const auto said = said_.find(slot); said != said_.end()) {
        told.words = said->second;
    }
    const auto group = group_of(slot);
    told.group_calls = held_calls(group);
    told.group_pictures = held_pictures(group);
    told.lowered_pictures = lowered_pictures(group);
    told.resting_until = rests_until(group);
    return told;
}

} // namespace imagined::test
