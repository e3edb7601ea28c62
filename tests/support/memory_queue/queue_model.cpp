#include "queue_model.hpp"

#include <algorithm>
#include <cmath>

namespace imagined::test {

using queue::submitted;

namespace {

constexpr milliseconds modal_kept{3'600'000};
constexpr int tries_told = 3;

bool within(const std::string& id, const queue::id_range& among) {
    return id >= among.from && (among.before.empty() || id < among.before);
}

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

const model_task* queue_model::find(const std::string& id) const {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : &found->second;
}

model_task* queue_model::visible(const queue::scope& who, const std::string& id) {
    auto* task = find(id);
    return task != nullptr && (who.all || task->record.caller == who.caller) ? task : nullptr;
}

const model_task* queue_model::visible(const queue::scope& who, const std::string& id) const {
    const auto* task = find(id);
    return task != nullptr && (who.all || task->record.caller == who.caller) ? task : nullptr;
}

const queue_model::known_submit*
queue_model::known(const std::string& caller, const std::string& key) const {
    const auto found = keys_.find({caller, key});
    return key.empty() || found == keys_.end() ? nullptr : &found->second;
}

void queue_model::remember(
    const std::string& caller, const queue::new_task& task, const std::string& id
) {
    if (!task.idempotency_key.empty()) {
        keys_[{caller, task.idempotency_key}] = {id, task.fingerprint};
    }
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

std::size_t queue_model::waiting_of(const std::string& caller) const {
    return static_cast<std::size_t>(std::count_if(
        tasks_.begin(),
        tasks_.end(),
        [&](const auto& one) { return one.second.waiting() && one.second.record.caller == caller; }
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
    const auto found = spend_.find(now / day_ms);
    return found == spend_.end() ? std::map<std::string, std::int64_t>{} : found->second;
}

submitted queue_model::verdict_alone(submitted::verdict what) {
    submitted told;
    told.what = what;
    if (what == submitted::verdict::caller_full) {
        told.caller_left = 0;
    }
    return told;
}

bool queue_model::could_start(
    std::size_t ahead, const std::string& lane, const std::vector<queue::slot>& slots
) const {
    std::size_t room = 0;
    for (const auto& [name, one] : workers_) {
        room += one.until >= now ? one.capacity : 0;
    }
    if (off_.dispatch_paused_since != 0 || room <= running() + ahead) {
        return false;
    }
    std::map<std::string, int> best; // of a group, which shares its places
    for (const auto& slot : slots) {
        int& known = best[slot.group.empty() ? slot.name : slot.group];
        known = std::max(known, free_places(slot, lane, slot.asks).calls);
    }
    std::size_t free = 0;
    for (const auto& [group, calls] : best) {
        free += static_cast<std::size_t>(calls);
    }
    return free > ahead;
}

std::optional<submitted::verdict>
queue_model::refuse(const std::string& caller, std::size_t limit) const {
    if (off_.intake_paused_since != 0) {
        return submitted::verdict::intake_paused;
    }
    if (waiting() >= limit) {
        return submitted::verdict::queue_full;
    }
    const int most = limits_of(caller).max_waiting;
    if (most > 0 && waiting_of(caller) >= static_cast<std::size_t>(most)) {
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

std::uint64_t queue_model::add_event(model_task& task, task::happening what, told when) {
    constexpr std::size_t kept = 200;
    const auto sequence = ++task.record.sequence;
    if (when == told::always || task.refusals < tries_told) {
        task.history.push_back({sequence, now, std::move(what)});
    }
    if (task.history.size() > kept) {
        task.history.erase(task.history.begin());
    }
    return sequence;
}

// The same refusal again and again is told at first, and its markers are not kept for ever.
void queue_model::note_refusal(model_task& task, int index, const std::string& words) {
    constexpr int markers_kept = 20;
    if (words.empty()) {
        return;
    }
    const auto last = backend_of(task.calls[index].slot) + ": " + words;
    if (task.record.last_words == last) {
        ++task.refusals;
    } else {
        task.record.last_words = last;
        task.refusals = 0;
    }
    const auto old = task.calls.find(index - markers_kept);
    if (old != task.calls.end() && old->second.now == model_call::fate::not_started) {
        task.calls.erase(old);
    }
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
    task.record.paid = lane == queue::storing_lane;
}

result<submitted> queue_model::submit(const queue::new_task& wanted) {
    const bool waits = !wanted.modal && wanted.ended_view.empty();
    submitted made;
    made.ahead = waiting();
    const auto judge = [&] {
        made.immediate = !wanted.ended_view.empty()
                         || (waits && could_start(made.ahead, wanted.lane, wanted.slots));
        return made;
    };
    if (const auto* first = known(wanted.caller, wanted.idempotency_key)) {
        if (first->fingerprint != wanted.fingerprint) {
            return verdict_alone(submitted::verdict::key_reused);
        }
        made.what = submitted::verdict::replayed;
        made.id = first->id;
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
    if (off_.intake_paused_since != 0) {
        refused = submitted::verdict::intake_paused;
    }
    const auto wait = rate_wait(wanted.caller);
    if (!refused && wait > milliseconds(0)) {
        refused = submitted::verdict::rate_limited;
    }
    if (refused) {
        auto told = verdict_alone(*refused);
        if (refused == submitted::verdict::rate_limited) {
            told.retry_after = wait;
        }
        return told;
    }
    if (const int most = limits_of(wanted.caller).max_waiting; waits && most > 0) {
        made.caller_left = static_cast<std::size_t>(most) - waiting_of(wanted.caller) - 1;
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
    remember(wanted.caller, wanted, made.id);
    if (wanted.modal) {
        task.record.state = task::state::modal;
        task.due = now + modal_kept.count();
    } else if (!waits) {
        task.record.started = now;
        task.view = wanted.ended_view;
        end(task, true, std::nullopt, "", wanted.event);
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
    if (const auto* first = known(who.caller, answered.idempotency_key)) {
        if (first->fingerprint != answered.fingerprint || first->id != made.id) {
            return verdict_alone(submitted::verdict::key_reused);
        }
        made.what = submitted::verdict::replayed;
        made.immediate = could_start(made.ahead, answered.lane, answered.slots);
        return made;
    }
    if (task->record.state != task::state::modal) {
        return failure{failure_kind::conflict, ""};
    }
    if (const auto refused = refuse(task->record.caller, answered.queue_limit)) {
        return verdict_alone(*refused);
    }
    task->submission = answered.submission;
    task->record.lane = answered.lane;
    task->record.deadline = now + answered.task_timeout.count();
    task->hook = task->hook || answered.has_hook;
    remember(who.caller, answered, made.id);
    add_event(*task, answered.event);
    enter(*task, answered.lane);
    made.immediate = could_start(made.ahead, answered.lane, answered.slots);
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
    end(*task, false, task::fail_code::cancelled, reason, {task::event_kind::cancelled});
    return before;
}

std::vector<std::string>
queue_model::newest(const queue::scope& who, std::size_t most, const queue::id_range& among) const {
    std::vector<std::string> ids;
    for (auto one = tasks_.rbegin(); one != tasks_.rend() && ids.size() < most; ++one) {
        const bool seen = who.all || one->second.record.caller == who.caller;
        if (seen && within(one->first, among)) {
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
