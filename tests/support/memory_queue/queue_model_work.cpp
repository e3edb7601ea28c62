// The model's working side: leases, calls, answers, ends.
#include "queue_model.hpp"

#include <algorithm>

namespace imagined::test {

using fate = model_call::fate;

namespace {

int rank(const std::string& billed) {
    return billed == "yes" ? 2 : billed == "unknown" ? 1 : 0;
}

} // namespace

// Who has had least, by weight, comes next; the oldest of its tasks.
model_task* queue_model::next_in(const std::string& lane) {
    model_task* best = nullptr;
    for (auto& [id, task] : tasks_) {
        if (task.where != model_task::place::queue || task.standing_in != lane) {
            continue;
        }
        const auto& caller = task.record.caller;
        const int most = limits_of(caller).max_running;
        if (most > 0 && running_of(caller) >= most) {
            continue;
        }
        const auto share = [this](const model_task& of) {
            return std::pair{started_share_[of.record.caller], of.record.caller};
        };
        if (best == nullptr || share(task) < share(*best)) {
            best = &task;
        }
    }
    return best;
}

// Lanes take turns as the callers do who wait in them; for one caller the oldest task is first.
std::vector<queue::lane> queue_model::in_order(const std::vector<queue::lane>& lanes) {
    std::vector<queue::lane> ordered;
    std::vector<std::pair<std::pair<double, std::string>, queue::lane>> drawing;
    for (const auto& lane : lanes) {
        const auto* first = lane.name == queue::storing_lane ? nullptr : next_in(lane.name);
        if (first != nullptr) {
            drawing.push_back({{started_share_[first->record.caller], first->record.id}, lane});
        }
    }
    std::sort(drawing.begin(), drawing.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    for (auto& [turn, lane] : drawing) {
        ordered.push_back(std::move(lane));
    }
    return ordered;
}

// The best slot of a lane that has room; else who comes behind has to leave what the lane needs.
const queue::slot*
queue_model::find_room(const queue::lane& lane, std::map<std::string, int>& waits) {
    std::map<std::string, int> missing;
    for (const auto& slot : lane.slots) {
        const auto group = group_of(slot.name);
        const auto behind = waits.find(group);
        const auto there = free_places(
            slot,
            lane.name,
            slot.asks,
            nullptr,
            behind == waits.end() ? std::nullopt : std::optional(behind->second)
        );
        if (there.calls > 0) {
            return &slot;
        }
        if (there.wanted) {
            missing[group] = *there.wanted;
        }
    }
    for (const auto& [group, wanted] : missing) {
        if (next_in(lane.name) != nullptr) {
            waits[group] = std::max(waits[group], wanted);
        }
    }
    return nullptr;
}

std::vector<queue_model::taken> queue_model::claim(
    const std::string& worker,
    std::size_t most,
    milliseconds lease,
    const std::vector<queue::lane>& lanes,
    milliseconds event_lease
) {
    for (const auto& lane : lanes) {
        std::for_each(lane.slots.begin(), lane.slots.end(), [this](const auto& s) { know(s); });
    }
    std::map<std::string, int> waits;
    std::map<std::string, int> started;
    std::vector<taken> all;
    const auto serve = [&](const queue::lane& lane) {
        const bool paused = off_.dispatch_paused_since != 0 && lane.name != queue::storing_lane;
        while (!paused && all.size() < most) {
            const auto* slot = find_room(lane, waits);
            auto* task = lane.slots.empty() || slot != nullptr ? next_in(lane.name) : nullptr;
            if (task == nullptr) {
                break;
            }
            const std::string place = slot == nullptr ? "" : slot->name;
            auto& record = task->record;
            auto& share = started_share_[record.caller];
            clock_ = std::max(clock_, share);
            share += 1.0 / limits_of(record.caller).weight;
            task->where = model_task::place::none;
            record.state =
                lane.name == queue::storing_lane ? task::state::storing : task::state::leased;
            ++record.attempt;
            record.worker = worker;
            record.nonce = "to be learnt";
            task->lease = lease;
            task->lease_until = now + lease.count();
            task->reserved = place;
            task->reserved_until = task->lease_until;
            if (slot != nullptr) {
                const int limit = picture_limit(*slot);
                task->reserved_pictures = limit > 0 ? std::min(slot->asks, limit) : slot->asks;
                auto& largest = started[group_of(place)];
                largest = std::max(largest, slot->asks);
                note_trial(place, record.id + ":r", task->reserved_until);
                note_route_trial(place, lane.name, record.id + ":r", task->reserved_until);
            }
            const auto sequence =
                add_event(*task, {task::event_kind::claimed, {worker}}, told::unless_repeated);
            if (record.started == 0) {
                record.started = now;
                task->wished = event_lease;
                post(*task, sequence, "SUBMITTED", "0%");
            }
            all.push_back({record.id, place, take_handed_on(record.id)});
        }
    };
    for (const auto& lane : lanes) {
        if (lane.name == queue::storing_lane) {
            serve(lane);
        }
    }
    for (const auto& lane : in_order(lanes)) {
        serve(lane);
    }
    for (const auto& [group, asks] : waits) {
        note_waiting(group, asks);
    }
    for (const auto& [group, asks] : started) {
        if (!waits.contains(group) && asks >= waiting_size(group).value_or(0)) {
            note_waiting(group, std::nullopt);
        }
    }
    return all;
}

void queue_model::learn_nonce(const std::string& id, const std::string& nonce) {
    tasks_.at(id).record.nonce = nonce;
}

std::vector<std::string> queue_model::renew(
    const std::string& worker,
    std::size_t capacity,
    milliseconds lease,
    const std::vector<queue::token>& held
) {
    const auto until = now + lease.count();
    workers_[worker] = {until, capacity};
    std::vector<std::string> gone;
    for (const auto& token : held) {
        if (auto* task = held_by(token)) {
            task->lease_until = std::max(task->lease_until, until);
            if (!task->reserved.empty() && task->reserved_until >= now) {
                task->reserved_until = std::max(task->reserved_until, until);
            }
        } else {
            gone.push_back(token.id);
        }
    }
    return gone;
}

void queue_model::sign_off(const std::string& worker) {
    workers_.erase(worker);
}

void queue_model::unlease(model_task& task) {
    task.lease_until = 0;
    task.record.nonce.clear();
    task.record.worker.clear();
    drop_reservation(task);
}

void queue_model::extend_lease(model_task& task) {
    task.lease_until = now + task.lease.count();
}

void queue_model::settle_state(model_task& task, task::state when_idle) {
    if (task.calls_in_flight() == 0) {
        task.record.state = when_idle;
    }
}

void queue_model::raise_bill(model_task& task, const std::string& billed) {
    if (rank(billed) > rank(task.record.billed)) {
        task.record.billed = billed;
    }
}

void queue_model::key_works(const model_call& call) {
    const auto cold = cooling_.find(call.slot);
    if (cold != cooling_.end() && call.started >= cold->second.until) {
        cooling_.erase(cold);
        said_.erase(call.slot);
    }
    const auto rest = rests_.find(group_of(call.slot));
    if (rest != rests_.end() && call.started >= rest->second.until) {
        rests_.erase(rest);
    }
}

result<queue::call_grant>
queue_model::calling(const queue::token& held, const queue::call_marker& call) {
    know(call.slot);
    auto* task = held_by(held);
    if (task == nullptr) {
        return failure{conflict, ""};
    }
    auto& record = task->record;
    if (now > record.deadline) {
        return queue::call_grant{queue::call_permit::too_late};
    }
    if (task->calls.contains(call.index)) {
        return failure{conflict, ""};
    }
    const int most = picture_limit(call.slot);
    if (most > 0 && call.count > most) {
        queue::call_grant cut{queue::call_permit::split};
        cut.most_pictures = most;
        return cut;
    }
    if (!within_budget(call)) {
        return queue::call_grant{queue::call_permit::over_budget};
    }
    const auto waits =
        task->reserved.empty() ? waiting_size(group_of(call.slot.name)) : std::nullopt;
    if (free_places(call.slot, record.lane, call.count, task, waits).calls <= 0) {
        queue::call_grant refused{queue::call_permit::no_slot};
        if (routes_.contains(route_of(call.slot.name, record.lane))) {
            refused.absences = task->absences[backend_of(call.slot.name)].first;
        }
        return refused;
    }
    drop_reservation(*task);
    model_call made;
    made.first = call.first_picture;
    made.count = call.count;
    made.started = now;
    made.deadline = now + call.timeout.count();
    made.slot = call.slot.name;
    made.held = call.cost_micros;
    made.held_on = now / day_ms;
    if (made.held != 0) {
        held_[made.held_on][backend_of(made.slot)] += made.held;
    }
    const auto member = record.id + ":" + std::to_string(call.index);
    note_trial(made.slot, member, made.deadline);
    note_route_trial(made.slot, record.lane, member, made.deadline);
    task->calls[call.index] = made;
    task->duration_key = call.duration_key;
    record.state = task::state::calling;
    extend_lease(*task);
    const auto sequence = add_event(
        *task,
        {task::event_kind::called,
         {made.slot, std::to_string(made.first), std::to_string(made.count)}},
        told::unless_repeated
    );
    if (record.called == 0) {
        record.called = now;
        record.expected = durations_[call.duration_key];
        task->wished = call.event_lease;
        post(*task, sequence, "IN_PROGRESS", "1%");
    }
    queue::call_grant granted{queue::call_permit::granted, record.expected};
    if (const auto handed_on = take_handed_on(record.id); handed_on != 0) {
        granted.event = queue::event_lease{handed_on, ""};
    }
    return granted;
}

result<queue::setback>
queue_model::not_started(const queue::token& held, int index, const queue::key_verdict& key) {
    auto* task = find(held.id);
    if (task == nullptr || !task->calls.contains(index)) {
        return failure{conflict, ""};
    }
    auto& call = task->calls[index];
    const bool ours = held_by(held) != nullptr;
    if (call.now == fate::not_started && ours) { // told before
        return setback_of(*task, call, task->absences[backend_of(call.slot)].first);
    }
    using kind = queue::key_verdict::kind;
    if (key.what != kind::works && !key.words.empty()) {
        said_[call.slot] = key.words;
    }
    if (key.what == kind::works) {
        key_works(call);
    } else if (key.what == kind::cool || key.what == kind::disable) {
        auto& cold = cooling_[call.slot];
        const bool resting = cold.until > now;
        cold.times += resting ? 0 : 1;
        std::int64_t pause = std::min<std::int64_t>(60'000, 5'000LL << std::min(cold.times - 1, 4));
        pause = key.at_least.count() > 0 ? key.at_least.count() : pause;
        pause = key.what == kind::disable ? disabled_for.count() : pause;
        cold.disabled = key.what == kind::disable || (resting && cold.disabled);
        cold.until = std::max(cold.until, now + pause);
    }
    if (call.now != fate::in_flight || (!ours && !task->ended())) {
        return failure{conflict, ""};
    }
    call.now = fate::not_started;
    if (key.what == kind::full) {
        learn_limit(call, key.allowed_pictures);
    }
    const auto member = held.id + ":" + std::to_string(index);
    judge(
        call.slot,
        member,
        key.backend_failed        ? verdict::bad
        : key.what == kind::works ? verdict::good
                                  : verdict::nothing
    );
    judge_route(
        call.slot,
        task->record.lane,
        member,
        key.what == kind::works    ? address::good
        : key.what == kind::absent ? address::absent
                                   : address::nothing,
        key.words
    );
    int met = 0;
    if (key.what == kind::absent) {
        auto& [times, last] = task->absences[backend_of(call.slot)];
        if (call.started > last) { // calls side by side are one
            ++times;
            last = now;
        }
        met = times;
    }
    release_hold(call);
    if (!ours) {
        return failure{conflict, ""};
    }
    settle_state(*task, task::state::leased);
    extend_lease(*task);
    if (key.words.empty()) {
        add_event(*task, {task::event_kind::unconfirmed}, told::unless_repeated);
    } else {
        const bool refused = key.what == kind::works;
        add_event(
            *task,
            {refused ? task::event_kind::refused : task::event_kind::not_started,
             {call.slot, key.words}},
            told::unless_repeated
        );
    }
    const auto made = setback_of(*task, call, met);
    note_refusal(*task, index, key.words);
    return made;
}

result<bool> queue_model::lost(
    const queue::token& held, int index, const std::string& why, queue::aftermath after
) {
    auto* task = held_by(held);
    if (task == nullptr || !task->calls.contains(index)) {
        return failure{conflict, ""};
    }
    auto& call = task->calls[index];
    if (call.now == fate::lost || call.now == fate::repeated) {
        return call.now == fate::repeated;
    }
    if (call.now != fate::in_flight) {
        return failure{conflict, ""};
    }
    auto& record = task->record;
    const bool again = record.ambiguous_retries < repeats_allowed && now <= record.deadline;
    record.ambiguous_retries += again ? 1 : 0;
    call.now = again ? fate::repeated : fate::lost;
    call.over = after == queue::aftermath::over;
    const auto member = held.id + ":" + std::to_string(index);
    judge(call.slot, member, verdict::bad);
    judge_route(call.slot, record.lane, member, address::nothing);
    if (!why.empty()) {
        said_[call.slot] = why;
    }
    raise_bill(*task, "unknown");
    settle_state(*task, task::state::leased);
    extend_lease(*task);
    add_event(*task, {task::event_kind::lost, {call.slot, why}});
    return again;
}

bool queue_model::record_answer(
    model_task& task, int index, const std::string& answer, std::int64_t cost
) {
    const auto found = task.calls.find(index);
    if (found == task.calls.end() || found->second.now == fate::answered) {
        return false;
    }
    auto& call = found->second;
    call.now = fate::answered;
    call.answer = answer;
    key_works(call);
    const auto member = task.record.id + ":" + std::to_string(index);
    judge(call.slot, member, verdict::good);
    judge_route(call.slot, task.record.lane, member, address::good);
    task.refusals = 0;
    raise_bill(task, "yes");
    release_hold(call);
    if (cost != 0) {
        task.record.cost_micros += cost;
        spend_[now / day_ms][backend_of(call.slot)] += cost;
    }
    return true;
}

queue_model::refusal queue_model::stored(
    const queue::token& held, int index, const std::string& answer, bool complete, std::int64_t cost
) {
    auto* task = held_by(held);
    if (task == nullptr) {
        adopt(held.id, index, answer, cost);
        return conflict;
    }
    if (record_answer(*task, index, answer, cost)) {
        const auto seen = now - task->calls[index].started;
        auto& known = durations_[task->duration_key];
        known = known == 0 ? seen : (known * 3 + seen) / 4;
        add_event(*task, {task::event_kind::answered, {task->calls[index].slot}});
    }
    settle_state(*task, complete ? task::state::storing : task::state::leased);
    extend_lease(*task);
    return std::nullopt;
}

queue_model::refusal
queue_model::adopt(const std::string& id, int index, const std::string& answer, std::int64_t cost) {
    auto* task = find(id);
    if (task == nullptr) {
        return failure_kind::not_found;
    }
    if (!record_answer(*task, index, answer, cost)) {
        return conflict;
    }
    add_event(*task, {task::event_kind::answered_late, {std::to_string(index)}});
    if (task->ended() || task->calls_in_flight() > 0) {
        return conflict;
    }
    unlease(*task);
    task->where = model_task::place::none;
    enter(*task, std::string(queue::storing_lane));
    return std::nullopt;
}

void queue_model::end(
    model_task& task,
    bool success,
    std::optional<task::fail_code> code,
    std::string reason,
    task::happening what
) {
    auto& record = task.record;
    task.where = model_task::place::none;
    unlease(task);
    record.state = success ? task::state::success : task::state::failure;
    record.finished = now;
    record.fail_code = code;
    record.fail_reason = std::move(reason);
    task.kept_from = now;
    task.end_sequence = add_event(task, std::move(what));
    post(task, task.end_sequence, success ? "SUCCESS" : "FAILURE", "100%");
}

queue_model::refusal queue_model::finish(const queue::token& held, const queue::ending& how) {
    auto* task = held_by(held);
    if (task == nullptr) {
        return conflict;
    }
    raise_bill(*task, how.billed);
    task->view = how.view;
    task->wished = how.event_lease;
    end(*task,
        how.success,
        how.success ? std::nullopt : how.code,
        how.success ? "" : how.reason,
        how.event);
    return std::nullopt;
}

queue_model::refusal queue_model::release(
    const queue::token& held, const std::string& lane, milliseconds delay, const std::string& why
) {
    auto* task = held_by(held);
    if (task == nullptr || task->calls_in_flight() > 0) {
        return conflict;
    }
    const auto to = lane.empty() ? task->record.lane : lane;
    add_event(*task, {task::event_kind::released, {why}}, told::unless_repeated);
    unlease(*task);
    if (delay.count() == 0) {
        enter(*task, to);
        return std::nullopt;
    }
    task->record.state = task::state::queued;
    task->where = model_task::place::delay;
    task->standing_in = to;
    task->record.paid = to == queue::storing_lane;
    task->due = now + delay.count();
    if (to != queue::storing_lane) {
        task->due = std::max(now, std::min(task->due, task->record.deadline));
    }
    return std::nullopt;
}

void queue_model::progress(const std::vector<std::pair<queue::token, int>>& steps) {
    for (const auto& [held, percent] : steps) {
        if (auto* task = held_by(held)) {
            post(*task, ++task->record.sequence, "IN_PROGRESS", std::to_string(percent) + "%");
        }
    }
}

} // namespace imagined::test
