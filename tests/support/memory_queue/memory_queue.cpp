#include "memory_queue.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/clock.hpp"

#include <algorithm>
#include <utility>

namespace imagined::test {

namespace {

using verdict = queue::submitted::verdict;

constexpr std::size_t memory_nonce_bytes = 16;

std::string fresh_nonce() {
    return random_hex(memory_nonce_bytes);
}

result<void> told_as(const queue_model::refusal& refusal) {
    return refusal ? result<void>(failure{*refusal, "the queue refused"}) : result<void>();
}

task::call::state state_of(model_call::fate now) {
    switch (now) {
    case model_call::fate::in_flight:
        return task::call::state::in_flight;
    case model_call::fate::answered:
        return task::call::state::answered;
    case model_call::fate::lost:
        return task::call::state::lost;
    default:
        return task::call::state::not_started; // its pictures were asked for again
    }
}

model_call::fate fate_of(task::call::state now) {
    switch (now) {
    case task::call::state::in_flight:
        return model_call::fate::in_flight;
    case task::call::state::answered:
        return model_call::fate::answered;
    case task::call::state::lost:
        return model_call::fate::lost;
    default:
        return model_call::fate::not_started;
    }
}

std::vector<task::call> calls_of(const model_task& task) {
    std::vector<task::call> calls;
    for (const auto& [index, call] : task.calls) {
        calls.push_back(
            {index,
             state_of(call.now),
             call.first,
             call.count,
             backend_of(call.slot),
             call.slot,
             call.started,
             call.deadline,
             call.answer}
        );
    }
    return calls;
}

queue::snapshot snapshot_of(const model_task& task) {
    return {task.record, task.submission, task.view};
}

bool ends_task(const std::string& status) {
    return status == "SUCCESS" || status == "FAILURE";
}

} // namespace

unix_millis memory_queue::now() const {
    return fixed_now.value_or(system_clock().now());
}

std::optional<failure> memory_queue::begin() {
    model.now = now() - age.count();
    return outage;
}

// -- Tests

void memory_queue::step(const std::string& id, task::state to, task::happening event) {
    model.now = now() - age.count();
    auto& task = at(id);
    task.record.state = to;
    task.where = model_task::place::none;
    task.history.push_back({++task.record.sequence, model.now, std::move(event)});
    if (task.at_work()) {
        task.record.started = model.now;
        task.lease_until = model.now + task.lease.count();
    }
    if (to == task::state::calling) {
        task.record.called = model.now;
    }
}

void memory_queue::succeed(const std::string& id, std::string view) {
    step(id, task::state::success, {task::event_kind::stored, {"4"}});
    auto& task = at(id);
    task.record.started = model.now;
    task.record.finished = model.now + 1;
    task.view = view.empty() ? R"({"id":")" + id + R"(","status":"SUCCESS"})" : std::move(view);
}

void memory_queue::add_call(const std::string& id, const task::call& made) {
    model_call call;
    call.now = fate_of(made.now);
    call.first = made.first_picture;
    call.count = made.count;
    call.started = made.started;
    call.deadline = made.deadline;
    call.slot = made.slot;
    call.answer = made.answer;
    at(id).calls[made.index] = std::move(call);
}

// -- Submission

memory_queue::answer<std::string> memory_queue::reserve_id() {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.reserve_id();
}

memory_queue::answer<queue::submitted>
memory_queue::submit(queue::new_task task, milliseconds budget) {
    last_budget = budget;
    if (auto broken = begin()) {
        co_return *broken;
    }
    if (refuse) {
        co_return *refuse;
    }
    auto made = model.submit(task);
    if (made && made->what == verdict::accepted) {
        given[made->id] = std::move(task);
    }
    co_return made;
}

memory_queue::answer<queue::submitted>
memory_queue::submit_modal(queue::scope who, queue::new_task answered, milliseconds budget) {
    last_budget = budget;
    if (auto broken = begin()) {
        co_return *broken;
    }
    auto made = model.submit_modal(who, answered);
    if (made && made->what == verdict::accepted) {
        answered.caller = given[made->id].caller;
        given[made->id] = std::move(answered);
    }
    co_return made;
}

memory_queue::answer<task::state>
memory_queue::cancel(queue::scope who, std::string id, std::string reason) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.cancel(who, id, reason);
}

// -- Work

std::optional<queue::event_lease>
memory_queue::lease_event(const std::string& id, std::uint64_t sequence) {
    if (sequence == 0) {
        return std::nullopt;
    }
    queue::event_lease leased{sequence, fresh_nonce()};
    model.learn_outbox_nonce(id, leased.nonce);
    return leased;
}

memory_queue::answer<queue::claim_answer> memory_queue::claim(
    std::string worker,
    std::size_t most,
    milliseconds lease,
    std::vector<queue::lane> lanes,
    milliseconds event_lease
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    queue::claim_answer made;
    for (const auto& one : model.claim(worker, most, lease, lanes, event_lease)) {
        model.learn_nonce(one.id, fresh_nonce());
        const auto& task = at(one.id);
        made.tasks.push_back(
            {task.record, task.submission, one.slot, lease_event(one.id, one.handed_on)}
        );
        made.tasks.back().record.calls = calls_of(task);
    }
    const auto waiting = model.waiting_lanes();
    made.lanes.assign(waiting.begin(), waiting.end());
    co_return made;
}

memory_queue::answer<std::vector<queue::token>> memory_queue::renew(
    std::string worker, std::size_t capacity, milliseconds lease, std::vector<queue::token> held
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    const auto gone = model.renew(worker, capacity, lease, held);
    std::erase_if(held, [&](const queue::token& one) {
        return std::find(gone.begin(), gone.end(), one.id) == gone.end();
    });
    co_return held;
}

memory_queue::answer<void> memory_queue::sign_off(std::string worker) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    model.sign_off(worker);
    co_return result<void>();
}

memory_queue::answer<queue::call_grant>
memory_queue::calling(queue::token held, queue::call_marker call) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    auto granted = model.calling(held, call);
    if (granted && granted->event) {
        granted->event = lease_event(held.id, granted->event->sequence);
    }
    co_return granted;
}

memory_queue::answer<queue::setback>
memory_queue::not_started(queue::token held, int index, queue::key_verdict key) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.not_started(held, index, key);
}

memory_queue::answer<bool>
memory_queue::lost(queue::token held, int index, std::string why, queue::aftermath after) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.lost(held, index, why, after);
}

memory_queue::answer<void> memory_queue::stored(
    queue::token held, int index, std::string answered, bool complete, std::int64_t cost_micros
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.stored(held, index, answered, complete, cost_micros));
}

memory_queue::answer<void>
memory_queue::adopt(queue::token stale, int index, std::string answered, std::int64_t cost_micros) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.adopt(stale.id, index, answered, cost_micros));
}

memory_queue::answer<std::optional<queue::event_lease>>
memory_queue::finish(queue::token held, queue::ending how) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    if (auto ended = told_as(model.finish(held, how)); !ended) {
        co_return ended.error();
    }
    co_return lease_event(held.id, model.take_handed_on(held.id));
}

memory_queue::answer<void>
memory_queue::release(queue::token held, std::string lane, milliseconds delay, std::string why) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.release(held, lane, delay, why));
}

memory_queue::answer<void> memory_queue::progress(std::vector<std::pair<queue::token, int>> steps) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    model.progress(steps);
    co_return result<void>();
}

memory_queue::answer<std::size_t> memory_queue::reap(std::size_t most) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.reap(most);
}

memory_queue::answer<std::size_t>
memory_queue::promote(std::size_t most, std::vector<queue::lane> waiting) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.promote(most, waiting);
}

memory_queue::answer<std::size_t> memory_queue::forget(milliseconds ttl, std::size_t most) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.forget(ttl, most);
}

// -- Outbox

memory_queue::answer<std::vector<queue::due_event>>
memory_queue::claim(std::size_t most, milliseconds lease, queue::outbox_room room) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    std::vector<queue::due_event> due;
    for (const auto& id : model.outbox_claim(most, lease, room)) {
        auto& task = at(id);
        const auto& head = task.outbox.front();
        queue::due_event event;
        event.record = task.record;
        event.submission = task.submission;
        event.terminal = ends_task(head.status);
        event.view = event.terminal ? task.view : "";
        event.sequence = head.sequence;
        event.status = head.status;
        event.progress = head.progress;
        event.attempt = task.outbox_attempt;
        event.nonce = lease_event(id, head.sequence)->nonce;
        due.push_back(std::move(event));
    }
    co_return due;
}

memory_queue::answer<void> memory_queue::delivered(queue::due_event event, std::string note) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.outbox_delivered(event, note));
}

memory_queue::answer<void>
memory_queue::failed(queue::due_event event, std::optional<milliseconds> delay, std::string note) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.outbox_failed(event, delay, note));
}

memory_queue::answer<void> memory_queue::release(queue::due_event event, milliseconds delay) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.outbox_release(event, delay));
}

memory_queue::answer<void> memory_queue::gone(queue::due_event event, std::string note) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.outbox_gone(event, note));
}

// -- Reading

std::vector<queue::snapshot> memory_queue::shown(const std::vector<std::string>& ids) const {
    std::vector<queue::snapshot> found;
    found.reserve(ids.size());
    for (const auto& id : ids) {
        found.push_back(snapshot_of(at(id)));
    }
    return found;
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::read(queue::scope who, std::vector<std::string> ids) {
    ++reads;
    largest_read = std::max(largest_read, ids.size());
    if (auto broken = begin()) {
        co_return *broken;
    }
    std::erase_if(ids, [&](const auto& id) {
        return std::as_const(model).visible(who, id) == nullptr;
    });
    co_return shown(ids);
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::newest(queue::scope who, std::size_t most, queue::id_range among) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return shown(model.newest(who, most, among));
}

memory_queue::answer<std::vector<std::optional<queue::followed>>>
memory_queue::follow(std::vector<queue::follow_wish> wishes) {
    ++follows;
    if (auto broken = begin()) {
        co_return *broken;
    }
    std::vector<std::optional<queue::followed>> found;
    for (const auto& wish : wishes) {
        found.emplace_back();
        const auto* task = std::as_const(model).visible(wish.who, wish.id);
        if (task == nullptr) {
            continue;
        }
        auto& one = found.back().emplace();
        one.task = snapshot_of(*task);
        one.ahead = model.ahead_of(*task);
        if (wish.known == 0U) {
            one.events.push_back({1, task->record.submitted, {task::event_kind::submitted}});
        }
        for (const auto& event : task->history) {
            if (wish.known && event.sequence > *wish.known) {
                one.events.push_back(event);
            }
        }
    }
    co_return found;
}

memory_queue::answer<std::vector<queue::snapshot>>
memory_queue::unfinished(queue::scope who, std::size_t most) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return shown(model.unfinished(who, most));
}

memory_queue::answer<queue::chronicle> memory_queue::history(std::string id) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    const auto* task = std::as_const(model).find(id);
    if (task == nullptr) {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    queue::chronicle made;
    made.events.push_back({1, task->record.submitted, {task::event_kind::submitted}});
    made.events.insert(made.events.end(), task->history.begin(), task->history.end());
    made.calls = calls_of(*task);
    co_return made;
}

memory_queue::answer<queue::statistics> memory_queue::stats(std::vector<std::string> slots) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told ? *told : model.figures(slots);
}

memory_queue::answer<queue::statistics> memory_queue::counts(std::string caller) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    queue::statistics counted;
    for (const auto& [id, task] : model.tasks()) {
        if (task.record.caller == caller) {
            const bool delayed = task.where == model_task::place::delay;
            counted.waiting += task.waiting() || delayed ? 1 : 0;
            counted.running += task.at_work() ? 1 : 0;
            counted.modal += task.record.state == task::state::modal ? 1 : 0;
        }
    }
    co_return counted;
}

memory_queue::answer<queue::switches> memory_queue::show_switches() {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.off();
}

// -- Operating

memory_queue::answer<void> memory_queue::probe() {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return result<void>();
}

memory_queue::answer<void> memory_queue::register_callers(std::vector<queue::caller_limits> callers
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    model.register_callers(callers);
    co_return result<void>();
}

memory_queue::answer<queue::switches>
memory_queue::switch_queue(std::string who, queue::queue_change wanted) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.switch_queue(who, wanted);
}

memory_queue::answer<queue::switches>
memory_queue::switch_channel(std::string who, queue::channel_change wanted) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.switch_channel(who, wanted);
}

memory_queue::answer<void> memory_queue::reset_channel(
    std::string who, std::string name, std::string backend, std::vector<std::string> slots
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    model.reset_channel(who, name, backend, slots);
    co_return result<void>();
}

memory_queue::answer<std::vector<queue::operator_action>> memory_queue::activity(std::size_t most) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    const auto& all = model.actions();
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, all.size()));
    co_return std::vector(all.begin(), all.begin() + count);
}

memory_queue::answer<void> memory_queue::replay_callback(std::string id, std::string who) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return told_as(model.outbox_replay(id, who));
}

memory_queue::answer<queue::submitted> memory_queue::resubmit(
    std::string of, queue::new_task again, std::vector<int> calls, bool complete
) {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return model.resubmit(of, again, calls, complete);
}

memory_queue::answer<std::vector<std::string>> memory_queue::audit() {
    if (auto broken = begin()) {
        co_return *broken;
    }
    co_return std::vector<std::string>();
}

} // namespace imagined::test
