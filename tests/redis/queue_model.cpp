#include "queue_model.hpp"

#include <algorithm>
#include <cmath>

namespace imagined::test {

using queue::submitted;

namespace {

constexpr milliseconds modal_kept{3'600'000};

} // namespace

int model_task::calls_in_flight() const {
    return static_cast<int>(std::count_if(calls.begin(), calls.end(), [](const auto& one) {
        return one.second.now == model_call::fate::in_flight;
    }));
}

model_task* queue_model::find(const std::string& id) {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : &found->second;
}

model_task* queue_model::visible(const queue::scope& who, const std::string& id) {
    auto* task = find(id);
    return task != nullptr && (who.all || task->record.caller == who.caller) ? task : nullptr;
}

model_task* queue_model::held_by(const queue::token& held) {
    auto* task = find(held.id);
    const bool fits = task != nullptr && !held.nonce.empty() && task->record.nonce == held.nonce
                      && task->record.attempt == held.attempt;
    return fits ? task : nullptr;
}

queue_model::limits queue_model::limits_of(const std::string& caller) const {
    const auto found = limits_.find(caller);
    return found == limits_.end() ? limits{} : found->second;
}

int queue_model::running_of(const std::string& caller) const {
    return static_cast<int>(std::count_if(tasks_.begin(), tasks_.end(), [&](const auto& one) {
        return one.second.at_work() && one.second.record.caller == caller;
    }));
}

std::size_t queue_model::waiting() const {
    return static_cast<std::size_t>(std::count_if(
        tasks_.begin(), tasks_.end(), [](const auto& one) { return one.second.waiting(); }
    ));
}

std::size_t queue_model::running() const {
    return static_cast<std::size_t>(std::count_if(
        tasks_.begin(), tasks_.end(), [](const auto& one) { return one.second.at_work(); }
    ));
}

std::set<std::string> queue_model::waiting_lanes() const {
    std::set<std::string> lanes;
    for (const auto& [id, task] : tasks_) {
        if (task.where == model_task::place::queue) {
            lanes.insert(task.standing_in);
        }
    }
    return lanes;
}

int queue_model::live_workers() const {
    return static_cast<int>(std::count_if(workers_.begin(), workers_.end(), [this](const auto& w) {
        return w.second.until >= now;
    }));
}

std::map<std::string, std::int64_t> queue_model::spent_today() const {
    const auto found = spend_.find(now / 86'400'000);
    return found == spend_.end() ? std::map<std::string, std::int64_t>{} : found->second;
}

bool queue_model::could_start(std::size_t ahead, const std::vector<queue::slot>& slots) const {
    std::size_t room = 0;
    for (const auto& [name, one] : workers_) {
        room += one.until >= now ? one.capacity : 0;
    }
    if (off.dispatch_paused || room <= running() + ahead) {
        return false;
    }
    std::map<std::string, int> best; // of a group, which shares its places
    for (const auto& slot : slots) {
        int& known = best[slot.group.empty() ? slot.name : slot.group];
        known = std::max(known, free_places(slot, slot.asks).calls);
    }
    std::size_t free = 0;
    for (const auto& [group, calls] : best) {
        free += static_cast<std::size_t>(calls);
    }
    return free > ahead;
}

std::optional<submitted::verdict>
queue_model::refuse(const std::string& caller, std::size_t limit) const {
    if (off.intake_paused) {
        return submitted::verdict::intake_paused;
    }
    if (waiting() >= limit) {
        return submitted::verdict::queue_full;
    }
    const int most = limits_of(caller).max_waiting;
    const auto mine = std::count_if(tasks_.begin(), tasks_.end(), [&](const auto& one) {
        return one.second.waiting() && one.second.record.caller == caller;
    });
    if (most > 0 && mine >= most) {
        return submitted::verdict::caller_full;
    }
    return std::nullopt;
}

std::optional<submitted::verdict> queue_model::refuse_ended(const queue::new_task& task) const {
    if (!task.has_hook) {
        return std::nullopt;
    }
    const auto most = static_cast<std::size_t>(limits_of(task.caller).max_waiting);
    std::size_t owed = 0;
    std::size_t mine = 0;
    for (const auto& [id, one] : tasks_) {
        const bool theirs = one.record.caller == task.caller;
        owed += theirs && !one.outbox.empty() ? 1 : 0;
        mine += theirs && one.waiting() ? 1 : 0;
    }
    if (most == 0) {
        return owed >= task.queue_limit ? std::optional(submitted::verdict::queue_full)
                                        : std::nullopt;
    }
    return mine + owed >= most ? std::optional(submitted::verdict::caller_full) : std::nullopt;
}

milliseconds queue_model::rate_wait(const std::string& caller) const {
    const auto rate = limits_of(caller).rate;
    if (rate.count == 0) {
        return milliseconds(0);
    }
    const auto known = full_again_.find(caller);
    const auto period = static_cast<double>(rate.period.count());
    const double full = known == full_again_.end() ? 0 : known->second - static_cast<double>(now);
    const double wait = std::clamp(full, 0.0, period) + period / rate.count - period;
    return milliseconds(std::max(0LL, static_cast<long long>(std::ceil(wait - 0.5))));
}

void queue_model::note_submit(const std::string& caller) {
    const auto rate = limits_of(caller).rate;
    if (rate.count > 0) {
        const auto start = static_cast<double>(now);
        const auto period = static_cast<double>(rate.period.count());
        auto& full = full_again_[caller];
        full = std::clamp(full, start, start + period) + period / rate.count;
    }
}

std::string queue_model::reserve_id() {
    last_id_ = std::max(now * 1000, last_id_ + 10);
    return std::to_string(last_id_);
}

std::uint64_t queue_model::add_event(model_task& task) {
    task.history.emplace_back(++task.record.sequence, now);
    return task.record.sequence;
}

// A task enters a lane at its own place by age. A caller without tasks there has no claim to the
// time that it was idle.
void queue_model::enter(model_task& task, const std::string& lane) {
    const auto& caller = task.record.caller;
    const bool stands_there = std::any_of(tasks_.begin(), tasks_.end(), [&](const auto& one) {
        return one.second.where == model_task::place::queue && one.second.standing_in == lane
               && one.second.record.caller == caller;
    });
    if (!stands_there) {
        auto& share = started_share_[caller];
        share = std::max(share, clock_);
    }
    task.where = model_task::place::queue;
    task.standing_in = lane;
    task.record.state = task::state::queued;
}

result<submitted> queue_model::submit(const queue::new_task& wanted) {
    const bool waits = !wanted.modal && wanted.ended_view.empty();
    submitted made;
    made.ahead = waiting();
    const auto judge = [&] {
        made.immediate =
            !wanted.ended_view.empty() || (waits && could_start(made.ahead, wanted.slots));
        return made;
    };
    const std::pair key{wanted.caller, wanted.idempotency_key};
    if (const auto known = keys_.find(key); known != keys_.end() && !key.second.empty()) {
        if (known->second.fingerprint != wanted.fingerprint) {
            return submitted{submitted::verdict::key_reused, "", false, 0};
        }
        made.what = submitted::verdict::replayed;
        made.id = known->second.id;
        return judge();
    }
    if (find(wanted.id) != nullptr) {
        return failure{failure_kind::conflict, ""};
    }
    auto refused = waits          ? refuse(wanted.caller, wanted.queue_limit)
                   : wanted.modal ? std::nullopt
                                  : refuse_ended(wanted);
    const auto modals = std::count_if(tasks_.begin(), tasks_.end(), [](const auto& one) {
        return one.second.record.state == task::state::modal;
    });
    if (wanted.modal && static_cast<std::size_t>(modals) >= wanted.queue_limit) {
        refused = submitted::verdict::queue_full;
    }
    if (off.intake_paused) {
        refused = submitted::verdict::intake_paused;
    }
    const auto wait = rate_wait(wanted.caller);
    if (!refused && wait > milliseconds(0)) {
        refused = submitted::verdict::rate_limited;
    }
    if (refused) {
        const bool by_rate = refused == submitted::verdict::rate_limited;
        return submitted{*refused, "", false, 0, {}, by_rate ? wait : milliseconds(0)};
    }
    note_submit(wanted.caller);
    made.id = wanted.id.empty() ? reserve_id() : wanted.id;
    auto& task = tasks_[made.id];
    task.record.id = made.id;
    task.record.caller = wanted.caller;
    task.record.lane = wanted.lane;
    task.record.submitted = now;
    task.record.deadline = now + wanted.task_timeout.count();
    task.record.sequence = 1;
    task.submission = wanted.submission;
    task.hook = wanted.has_hook;
    if (!key.second.empty()) {
        keys_[key] = {made.id, wanted.fingerprint};
    }
    if (wanted.modal) {
        task.record.state = task::state::modal;
        task.due = now + modal_kept.count();
    } else if (!waits) {
        task.record.started = now;
        task.view = wanted.ended_view;
        end(task, true, std::nullopt, "");
    } else {
        enter(task, wanted.lane);
    }
    return judge();
}

result<submitted>
queue_model::submit_modal(const queue::scope& who, const queue::new_task& answered) {
    auto* task = visible(who, answered.id);
    if (task == nullptr) {
        return failure{failure_kind::not_found, ""};
    }
    submitted made;
    made.id = answered.id;
    made.ahead = waiting();
    const std::pair key{who.caller, answered.idempotency_key};
    if (const auto known = keys_.find(key); known != keys_.end() && !key.second.empty()) {
        if (known->second.fingerprint != answered.fingerprint || known->second.id != made.id) {
            return submitted{submitted::verdict::key_reused, "", false, 0};
        }
        made.what = submitted::verdict::replayed;
        made.immediate = could_start(made.ahead, answered.slots);
        return made;
    }
    if (task->record.state != task::state::modal) {
        return failure{failure_kind::conflict, ""};
    }
    if (const auto refused = refuse(task->record.caller, answered.queue_limit)) {
        return submitted{*refused, "", false, 0};
    }
    task->submission = answered.submission;
    task->record.lane = answered.lane;
    task->record.deadline = now + answered.task_timeout.count();
    task->hook = task->hook || answered.has_hook;
    if (!key.second.empty()) {
        keys_[key] = {made.id, answered.fingerprint};
    }
    add_event(*task);
    enter(*task, answered.lane);
    made.immediate = could_start(made.ahead, answered.slots);
    return made;
}

void queue_model::register_callers(const std::vector<queue::caller_limits>& callers) {
    for (const auto& one : callers) {
        limits_[one.name] = {one.weight, one.max_waiting, one.max_running, one.rate};
    }
}

result<task::state>
queue_model::cancel(const queue::scope& who, const std::string& id, const std::string& reason) {
    auto* task = visible(who, id);
    if (task == nullptr) {
        return failure{failure_kind::not_found, ""};
    }
    if (task->ended()) {
        return failure{failure_kind::conflict, ""};
    }
    const auto before = task->record.state;
    if (task->calls_in_flight() > 0) {
        raise_bill(*task, "unknown");
    }
    end(*task, false, task::fail_code::cancelled, reason);
    return before;
}

std::vector<std::string> queue_model::newest(const queue::scope& who, std::size_t most) const {
    std::vector<std::string> ids;
    for (auto one = tasks_.rbegin(); one != tasks_.rend() && ids.size() < most; ++one) {
        if (who.all || one->second.record.caller == who.caller) {
            ids.push_back(one->first);
        }
    }
    return ids;
}

std::vector<std::string> queue_model::unfinished(const queue::scope& who, std::size_t most) const {
    std::vector<std::string> ids;
    for (const auto& [id, task] : tasks_) {
        const bool seen = who.all || task.record.caller == who.caller;
        const bool open = !task.ended() && task.record.state != task::state::modal;
        if (seen && open && ids.size() < most) {
            ids.push_back(id);
        }
    }
    return ids;
}

} // namespace imagined::test
