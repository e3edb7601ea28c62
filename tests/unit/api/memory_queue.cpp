#include "memory_queue.hpp"

#include <algorithm>

namespace imagined::test {

namespace {

using verdict = queue::submitted::verdict;

bool visible(const memory_queue::stored_task& stored, const queue::scope& who) {
    return who.all || stored.given.caller == who.caller;
}

queue::snapshot shown(const memory_queue::stored_task& stored) {
    queue::snapshot task{stored.record, stored.given.submission, stored.view};
    task.record.calls.clear(); // history() tells them, and read() does not
    return task;
}

constexpr unix_millis submit_time = 1760000000000;

} // namespace

std::string memory_queue::next_id() {
    return std::to_string(++last_id_);
}

std::size_t memory_queue::waiting() const {
    return static_cast<std::size_t>(std::count_if(tasks.begin(), tasks.end(), [](const auto& one) {
        return one.second.record.state == task::state::queued;
    }));
}

void memory_queue::step(const std::string& id, task::state to, task::happening event) {
    stored_task& stored = tasks.at(id);
    stored.record.state = to;
    ++stored.record.sequence;
    stored.events.push_back({stored.record.sequence, submit_time + 1, std::move(event)});
    if (to == task::state::leased || to == task::state::calling) {
        stored.record.started = submit_time + 1;
    }
    if (to == task::state::calling) {
        stored.record.called = submit_time + 1;
    }
}

void memory_queue::succeed(const std::string& id, std::string view) {
    stored_task& stored = tasks.at(id);
    step(id, task::state::success, {task::event_kind::stored, {"4"}});
    stored.record.started = submit_time + 1;
    stored.record.finished = submit_time + 2;
    stored.view = view.empty() ? R"({"id":")" + id + R"(","status":"SUCCESS"})" : std::move(view);
}

memory_queue::answer<std::string> memory_queue::reserve_id() {
    if (outage) {
        co_return *outage;
    }
    co_return next_id();
}

memory_queue::answer<queue::submitted>
memory_queue::submit(queue::new_task task, milliseconds budget) {
    last_budget = budget;
    if (outage) {
        co_return *outage;
    }
    queue::submitted made;
    made.ahead = waiting();
    made.caller_left = caller_left;
    made.immediate = (free_worker && !task.modal) || !task.ended_view.empty();
    const auto key = std::pair(task.caller, task.idempotency_key);
    const auto known = task.idempotency_key.empty() ? idempotency_.end() : idempotency_.find(key);
    if (known != idempotency_.end()) {
        made.what =
            known->second.fingerprint == task.fingerprint ? verdict::replayed : verdict::key_reused;
        made.id = known->second.id;
        co_return made;
    }
    if (off.intake_paused_since != 0) {
        made.what = verdict::intake_paused;
        co_return made;
    }
    if (task.ended_view.empty() && waiting() >= task.queue_limit) {
        made.what = verdict::queue_full;
        co_return made;
    }
    if (caller_is_full) {
        made.what = verdict::caller_full;
        co_return made;
    }
    if (rate_wait > milliseconds(0)) {
        made.what = verdict::rate_limited;
        made.retry_after = rate_wait;
        co_return made;
    }
    made.id = task.id.empty() ? next_id() : task.id;
    if (!task.idempotency_key.empty()) {
        idempotency_[key] = {task.fingerprint, made.id};
    }
    stored_task stored;
    stored.record.id = made.id;
    stored.record.caller = task.caller;
    stored.record.lane = task.lane;
    stored.record.submitted = submit_time;
    stored.record.sequence = 1;
    stored.record.state = task.modal                ? task::state::modal
                          : task.ended_view.empty() ? task::state::queued
                                                    : task::state::success;
    stored.view = task.ended_view;
    stored.given = std::move(task);
    tasks[made.id] = std::move(stored);
    co_return made;
}

memory_queue::answer<queue::submitted>
memory_queue::submit_modal(queue::scope who, queue::new_task answered, milliseconds budget) {
    last_budget = budget;
    if (outage) {
        co_return *outage;
    }
    const auto found = tasks.find(answered.id);
    if (found == tasks.end() || !visible(found->second, who)) {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    queue::submitted made;
    made.id = answered.id;
    made.ahead = waiting();
    made.immediate = free_worker;
    const auto key = std::pair(who.caller, answered.idempotency_key);
    const auto known =
        answered.idempotency_key.empty() ? idempotency_.end() : idempotency_.find(key);
    if (known != idempotency_.end()) {
        const bool same =
            known->second.fingerprint == answered.fingerprint && known->second.id == answered.id;
        made.what = same ? verdict::replayed : verdict::key_reused;
        co_return made;
    }
    stored_task& stored = found->second;
    if (stored.record.state != task::state::modal) {
        co_return failure{failure_kind::conflict, "it is not modal"};
    }
    if (off.intake_paused_since != 0) {
        made.what = verdict::intake_paused;
        co_return made;
    }
    if (!answered.idempotency_key.empty()) {
        idempotency_[key] = {answered.fingerprint, answered.id};
    }
    stored.record.state = task::state::queued;
    stored.record.lane = answered.lane;
    answered.caller = stored.given.caller;
    stored.given = std::move(answered);
    co_return made;
}

memory_queue::answer<task::state>
memory_queue::cancel(queue::scope who, std::string id, std::string reason) {
    if (outage) {
        co_return *outage;
    }
    const auto found = tasks.find(id);
    if (found == tasks.end() || !visible(found->second, who)) {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    task::record& record = found->second.record;
    if (task::is_terminal(record.state)) {
        co_return failure{failure_kind::conflict, "it has ended"};
    }
    step(id, task::state::failure, {task::event_kind::cancelled});
    record.fail_code = task::fail_code::cancelled;
    record.fail_reason = std::move(reason);
    co_return record.state;
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::read(queue::scope who, std::vector<std::string> ids) {
    ++reads;
    largest_read = std::max(largest_read, ids.size());
    if (outage) {
        co_return *outage;
    }
    std::vector<queue::snapshot> found;
    for (const std::string& id : ids) {
        const auto one = tasks.find(id);
        if (one != tasks.end() && visible(one->second, who)) {
            found.push_back(shown(one->second));
        }
    }
    co_return found;
}

memory_queue::answer<queue::chronicle> memory_queue::history(std::string id) {
    if (outage) {
        co_return *outage;
    }
    queue::chronicle told;
    told.calls = tasks.at(id).record.calls;
    co_return told;
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::newest(queue::scope who, std::size_t most, queue::id_range among) {
    if (outage) {
        co_return *outage;
    }
    std::vector<queue::snapshot> found;
    for (auto one = tasks.rbegin(); one != tasks.rend() && found.size() < most; ++one) {
        const bool within =
            one->first >= among.from && (among.before.empty() || one->first < among.before);
        if (within && visible(one->second, who)) {
            found.push_back(shown(one->second));
        }
    }
    co_return found;
}

memory_queue::answer<std::vector<std::optional<queue::followed>>>
memory_queue::follow(std::vector<queue::follow_wish> wishes) {
    ++follows;
    if (outage) {
        co_return *outage;
    }
    std::vector<std::optional<queue::followed>> found;
    for (const auto& wish : wishes) {
        const auto one = tasks.find(wish.id);
        found.emplace_back();
        if (one != tasks.end() && visible(one->second, wish.who)) {
            found.back() = as_followed(one->second, wish.known);
        }
    }
    co_return found;
}

queue::followed
memory_queue::as_followed(const stored_task& stored, std::optional<std::uint64_t> known) const {
    queue::followed told;
    told.task = shown(stored);
    if (known == 0U) {
        told.events.push_back({1, stored.record.submitted, {task::event_kind::submitted}});
    }
    for (const auto& event : stored.events) {
        if (known && event.sequence > *known) {
            told.events.push_back(event);
        }
    }
    if (stored.record.state == task::state::queued) {
        told.ahead = 0;
        for (const auto& [id, other] : tasks) {
            const bool before = id < stored.record.id;
            *told.ahead += before && other.record.state == task::state::queued ? 1 : 0;
        }
    }
    return told;
}

memory_queue::answer<queue::statistics> memory_queue::stats(std::vector<std::string> /*slots*/) {
    if (outage) {
        co_return *outage;
    }
    co_return counted;
}

memory_queue::answer<queue::statistics> memory_queue::counts(std::string caller) {
    if (outage) {
        co_return *outage;
    }
    queue::statistics counts;
    for (const auto& [id, stored] : tasks) {
        if (stored.given.caller == caller && !task::is_terminal(stored.record.state)) {
            const auto now = stored.record.state;
            ++(now == task::state::modal    ? counts.modal
               : now == task::state::queued ? counts.waiting
                                            : counts.running);
        }
    }
    co_return counts;
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::unfinished(queue::scope who, std::size_t most) {
    if (outage) {
        co_return *outage;
    }
    std::vector<queue::snapshot> found;
    for (const auto& [id, stored] : tasks) {
        if (visible(stored, who) && !task::is_terminal(stored.record.state)
            && found.size() < most) {
            found.push_back(shown(stored));
        }
    }
    co_return found;
}

memory_queue::answer<queue::switches> memory_queue::show_switches() {
    if (outage) {
        co_return *outage;
    }
    co_return off;
}

memory_queue::answer<queue::switches>
memory_queue::switch_queue(std::string who, queue::queue_change wanted) {
    if (outage) {
        co_return *outage;
    }
    const auto turn = [&](const char* what, std::optional<bool> pause, unix_millis& since) {
        if (pause) {
            const std::string before = since == 0 ? "" : "paused";
            since = *pause ? submit_time : 0;
            actions.insert(
                actions.begin(), {submit_time, who, what, "", before, *pause ? "paused" : ""}
            );
        }
    };
    turn("intake", wanted.pause_intake, off.intake_paused_since);
    turn("dispatch", wanted.pause_dispatch, off.dispatch_paused_since);
    co_return off;
}

memory_queue::answer<queue::switches>
memory_queue::switch_channel(std::string who, queue::channel_change wanted) {
    if (outage) {
        co_return *outage;
    }
    queue::channel_switch turned;
    turned.name = wanted.name;
    turned.paused_since = wanted.pause.value_or(false) ? submit_time : 0;
    if (wanted.limit && *wanted.limit > 0) {
        turned.limit = *wanted.limit;
        const auto text = std::to_string(*wanted.limit);
        actions.insert(actions.begin(), {submit_time, who, "limit", wanted.name, "", text});
    }
    off.channels = {turned};
    co_return off;
}

memory_queue::answer<void> memory_queue::reset_channel(
    std::string who, std::string name, std::string backend, std::vector<std::string> slots
) {
    if (outage) {
        co_return *outage;
    }
    const std::string before = backend + " " + std::to_string(slots.size());
    actions.insert(actions.begin(), {submit_time, who, "reset", name, before, "ok"});
    co_return result<void>();
}

memory_queue::answer<std::vector<queue::operator_action>> memory_queue::activity(std::size_t most) {
    if (outage) {
        co_return *outage;
    }
    co_return std::vector(
        actions.begin(),
        actions.begin() + static_cast<std::ptrdiff_t>(std::min(most, actions.size()))
    );
}

} // namespace imagined::test
