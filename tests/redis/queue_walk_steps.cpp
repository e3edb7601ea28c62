// The steps of a walk that workers, duties and couriers make.
#include "queue_walk_cast.hpp"
#include "queue_walk_expect.hpp"

#include <array>

namespace imagined::test {

void queue_walk::claim(bool storing_too) {
    const auto& worker = workers[roll(workers.size())];
    const std::size_t most = 1 + roll(4);
    const milliseconds lease(chance(80) ? 15'000 : 40'000);
    std::vector<queue::lane> asked;
    if (storing_too) {
        asked.push_back({std::string(queue::storing_lane), {}});
    }
    for (const auto& lane : lanes) {
        auto slots = some_slots();
        if (!slots.empty() && chance(storing_too ? 30 : 80)) {
            asked.push_back({lane, std::move(slots)});
        }
    }
    std::string where;
    for (const auto& lane : asked) {
        where += " in " + lane.name;
        for (const auto& slot : lane.slots) {
            where += ' ' + slot.name + '*' + std::to_string(slot.asks);
        }
    }
    tell("claim " + std::to_string(most) + " by " + worker + where);
    const auto events = some_event_lease();
    const auto wanted = model_.claim(worker, most, lease, asked, events);
    const auto found = run(queue_.work->claim(worker, most, lease, asked, events)).value();
    expect("claimed", wanted.size(), found.tasks.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& record = found.tasks[i].record;
        expect("claimed id", wanted[i].id, record.id);
        expect("claimed slot", wanted[i].slot, found.tasks[i].slot);
        auto& tokens = tokens_[record.id];
        if (!tokens.empty() && tokens.back().attempt >= record.attempt) {
            throw mismatch("attempt of " + record.id + " does not increase");
        }
        tokens.push_back({record.id, record.attempt, record.nonce});
        model_.learn_nonce(record.id, record.nonce);
        expect_handed_on(record.id, wanted[i].handed_on, found.tasks[i].event);
        const auto& kept = model_.tasks().at(record.id);
        expect("claimed submission", kept.submission, found.tasks[i].submission);
        expect("claimed record", words_of(kept, true), words_of(record));
        touch(record.id);
    }
    std::set<std::string> names(found.lanes.begin(), found.lanes.end());
    expect("lanes that wait", model_.waiting_lanes(), names);
}

void queue_walk::renew() {
    const auto& worker = workers[roll(workers.size())];
    const milliseconds lease(chance(80) ? 15'000 : 2'000);
    const std::size_t capacity = roll(8);
    std::vector<queue::token> held;
    for (std::uint32_t i = roll(4); i > 0; --i) {
        held.push_back(some_token(at_work));
        touch(held.back().id);
    }
    tell("renew " + std::to_string(held.size()) + " by " + worker);
    const auto wanted = model_.renew(worker, capacity, lease, held);
    const auto found = run(queue_.work->renew(worker, capacity, lease, held)).value();
    std::set<std::string> gone;
    for (const auto& one : found) {
        gone.insert(one.id);
    }
    expect("lost leases", std::set<std::string>(wanted.begin(), wanted.end()), gone);
}

void queue_walk::sign_off() {
    const auto& worker = workers[roll(workers.size())];
    tell("sign_off " + worker);
    model_.sign_off(worker);
    expect_refusal("sign_off", {}, run(queue_.work->sign_off(worker)));
}

void queue_walk::calling() {
    const auto held = some_token(at_work);
    queue::call_marker call;
    const auto found = model_.tasks().find(held.id);
    const bool known = found != model_.tasks().end();
    call.index = known ? static_cast<int>(found->second.calls.size()) : 0;
    if (chance(5)) {
        call.index = static_cast<int>(roll(4));
    }
    call.slot = all_slots[roll(all_slots.size())];
    for (const auto& slot : all_slots) {
        if (known && found->second.reserved == slot.name && chance(60)) {
            call.slot = slot;
        }
    }
    call.backend = call.slot.name.substr(0, call.slot.name.find(':'));
    call.first_picture = 1 + call.index;
    call.count = some_pictures();
    call.timeout = milliseconds(chance(50) ? 30'000 : 180'000);
    call.duration_key = chance(50) ? "fast" : "slow";
    call.cost_micros = 1000LL * static_cast<std::int64_t>(roll(90));
    call.backend_cap_micros = chance(10) ? 1000LL * static_cast<std::int64_t>(roll(900)) : 0;
    call.event_lease = some_event_lease();
    call.total_cap_micros = chance(10) ? 1000LL * static_cast<std::int64_t>(roll(2000)) : 0;
    tell(
        "calling " + name_of(held) + " index " + std::to_string(call.index) + " at "
        + call.slot.name + " for " + std::to_string(call.count)
    );
    const auto wanted = model_.calling(held, call);
    const auto got = run(queue_.work->calling(held, call));
    const auto permit = [](const result<queue::call_grant>& from) {
        return from ? result<queue::call_permit>(queue::call_permit(from->what))
                    : result<queue::call_permit>(from.error());
    };
    expect("calling", words_of(permit(wanted)), words_of(permit(got)));
    if (wanted && got) {
        expect("expected ms", wanted->expected_ms, got->expected_ms);
        expect("most pictures", wanted->most_pictures, got->most_pictures);
        expect("absences", wanted->absences, got->absences);
        expect_handed_on(held.id, wanted->event ? wanted->event->sequence : 0, got->event);
    }
    touch(held.id);
}

void queue_walk::not_started() {
    using kind = queue::key_verdict::kind;
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    static constexpr std::array kinds{
        kind::none, kind::works, kind::cool, kind::disable, kind::full, kind::absent
    };
    static const std::array<std::string, 4> sayings{"", "", "HTTP 429", "HTTP 404"};
    queue::key_verdict verdict{
        kinds[roll(kinds.size())], milliseconds(chance(20) ? 7'000 : 0), chance(30)
    };
    verdict.allowed_pictures = static_cast<int>(chance(50) ? 0 : 1 + roll(6));
    verdict.words = sayings[roll(sayings.size())];
    tell(
        "not_started " + name_of(held) + " index " + std::to_string(index) + " key "
        + std::to_string(static_cast<int>(verdict.what))
    );
    const auto wanted = model_.not_started(held, index, verdict);
    const auto told = run(queue_.work->not_started(held, index, verdict));
    expect("not_started", words_of(fate_of(wanted)), words_of(fate_of(told)));
    if (wanted && told) {
        const auto right = [](const queue::setback& of) {
            return of.right_in.value_or(milliseconds(-1)).count();
        };
        expect("absences", wanted->absences, told->absences);
        expect("right to the next try", right(*wanted), right(*told));
    }
    touch(held.id);
}

void queue_walk::lost() {
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    tell("lost " + name_of(held) + " index " + std::to_string(index));
    const auto after = chance(50) ? queue::aftermath::over : queue::aftermath::under_way;
    const auto wanted = model_.lost(held, index, "cut", after);
    expect("lost", words_of(wanted), words_of(run(queue_.work->lost(held, index, "cut", after))));
    touch(held.id);
}

void queue_walk::stored() {
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    const bool complete = chance(60);
    const std::int64_t cost = chance(20) ? 0 : 1000LL * (1 + roll(90));
    const auto answer = "answer " + std::to_string(roll(1000));
    tell(
        "stored " + name_of(held) + " index " + std::to_string(index) + " complete "
        + std::to_string(complete)
    );
    const auto wanted = model_.stored(held, index, answer, complete, cost);
    expect_refusal("stored", wanted, run(queue_.work->stored(held, index, answer, complete, cost)));
    touch(held.id);
}

void queue_walk::adopt() {
    const auto held = some_token(has_calls);
    const int index = some_call(held.id);
    const std::int64_t cost = 1000LL * (1 + roll(90));
    tell("adopt " + name_of(held) + " index " + std::to_string(index));
    const auto wanted = model_.adopt(held.id, index, "late", cost);
    expect_refusal("adopt", wanted, run(queue_.work->adopt(held, index, "late", cost)));
    touch(held.id);
}

void queue_walk::finish() {
    const auto held = some_token(chance(50) ? storing : at_work);
    queue::ending how;
    how.success = chance(60);
    how.view = R"({"view":)" + std::to_string(roll(1000)) + "}";
    how.event = {task::event_kind::stored, {"1"}};
    how.billed = std::array{"no", "unknown", "yes"}[roll(3)];
    if (!how.success) {
        how.code = task::fail_code::no_picture;
        how.reason = "none came";
    }
    tell("finish " + name_of(held) + (how.success ? " success" : " failure"));
    how.event_lease = some_event_lease();
    const auto wanted = model_.finish(held, how);
    const auto found = run(queue_.work->finish(held, how));
    expect_refusal("finish", wanted, fate_of(found));
    if (found) {
        expect_handed_on(held.id, model_.take_handed_on(held.id), *found);
    }
    touch(held.id);
}

void queue_walk::release() {
    const auto held = some_token(at_work);
    const std::array<std::string, 4> to{"", "", lanes[1], std::string(queue::storing_lane)};
    const auto& lane = to[roll(to.size())];
    const milliseconds delay(chance(50) ? 0 : 1000LL * (1 + roll(90)));
    tell("release " + name_of(held) + " to '" + lane + "' in " + std::to_string(delay.count()));
    const auto wanted = model_.release(held, lane, delay, "back");
    expect_refusal("release", wanted, run(queue_.work->release(held, lane, delay, "back")));
    touch(held.id);
}

void queue_walk::progress() {
    std::vector<std::pair<queue::token, int>> steps;
    for (std::uint32_t i = 1 + roll(3); i > 0; --i) {
        steps.emplace_back(some_token(in_call), static_cast<int>(1 + roll(99)));
        touch(steps.back().first.id);
    }
    tell("progress of " + std::to_string(steps.size()));
    model_.progress(steps);
    expect_refusal("progress", {}, run(queue_.work->progress(steps)));
}

void queue_walk::duties() {
    const std::size_t most = 1 + roll(6);
    switch (roll(4)) {
    case 0:
        tell("reap " + std::to_string(most));
        expect("reaped", model_.reap(most), run(queue_.work->reap(most)).value());
        break;
    case 1:
        tell("promote " + std::to_string(most));
        expect("promoted", model_.promote(most), run(queue_.work->promote(most)).value());
        break;
    default: {
        const milliseconds ttl(chance(50) ? 10'000 : 400'000);
        tell("forget " + std::to_string(most * 3));
        expect(
            "forgotten",
            model_.forget(ttl, most * 3),
            run(queue_.work->forget(ttl, most * 3)).value()
        );
        break;
    }
    }
}

void queue_walk::outbox_claim() {
    const std::size_t most = 1 + roll(4);
    tell("outbox_claim " + std::to_string(most));
    queue::outbox_room room{roll(4)};
    for (const auto& caller : callers) {
        if (chance(30)) {
            room.of.emplace_back(caller, roll(3));
        }
    }
    const auto wanted = model_.outbox_claim(most, seconds(30), room);
    const auto found = run(queue_.outbox->claim(most, seconds(30), room)).value();
    expect("due", wanted.size(), found.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& event = found[i];
        expect("due id", wanted[i], event.record.id);
        const auto& task = model_.tasks().at(wanted[i]);
        const auto& head = task.outbox.front();
        const bool terminal = head.status == "SUCCESS" || head.status == "FAILURE";
        expect("due sequence", head.sequence, event.sequence);
        expect("due status", head.status + head.progress, event.status + event.progress);
        expect("due attempt", task.outbox_attempt, event.attempt);
        expect("due terminal", terminal, event.terminal);
        expect("due view", terminal ? task.view : "", event.view);
        model_.learn_outbox_nonce(wanted[i], event.nonce);
        due_.push_back(event);
        touch(wanted[i]);
    }
}

milliseconds queue_walk::some_event_lease() {
    return milliseconds(chance(50) ? 20'000 : 0);
}

void queue_walk::expect_handed_on(
    const std::string& id, std::uint64_t wanted, const std::optional<queue::event_lease>& found
) {
    expect("handed on", wanted, found ? found->sequence : 0);
    if (!found) {
        return;
    }
    model_.learn_outbox_nonce(id, found->nonce);
    queue::due_event event;
    event.record.id = id;
    event.sequence = found->sequence;
    event.nonce = found->nonce;
    due_.push_back(std::move(event));
}

void queue_walk::outbox_settle() {
    constexpr std::size_t remembered = 12;
    if (due_.empty()) {
        return;
    }
    while (due_.size() > remembered) {
        due_.erase(due_.begin());
    }
    const auto at = roll(static_cast<std::uint32_t>(due_.size()));
    auto event = due_[at];
    if (chance(80)) {
        due_.erase(due_.begin() + at);
    }
    const auto& id = event.record.id;
    touch(id);
    if (chance(60)) {
        const std::string note = chance(50) ? "2xx" : "";
        tell("outbox_delivered " + id);
        const auto wanted = model_.outbox_delivered(event, note);
        expect_refusal("outbox_delivered", wanted, run(queue_.outbox->delivered(event, note)));
        return;
    }
    if (chance(10)) {
        tell("outbox_gone " + id);
        const auto wanted = model_.outbox_gone(event, "410");
        expect_refusal("outbox_gone", wanted, run(queue_.outbox->gone(event, "410")));
        return;
    }
    if (chance(30)) {
        const milliseconds later(1000 * roll(5));
        tell("outbox_release " + id + " in " + std::to_string(later.count()));
        const auto wanted = model_.outbox_release(event, later);
        expect_refusal("outbox_release", wanted, run(queue_.outbox->release(event, later)));
        return;
    }
    std::optional<milliseconds> delay;
    if (chance(70)) {
        delay = milliseconds(1000 * roll(60));
    }
    tell("outbox_failed " + id + (delay ? " later" : " for good"));
    const auto wanted = model_.outbox_failed(event, delay, "500");
    expect_refusal("outbox_failed", wanted, run(queue_.outbox->failed(event, delay, "500")));
}

void queue_walk::outbox_replay() {
    const auto id = some_task(has_ended);
    tell("outbox_replay " + id);
    const auto wanted = model_.outbox_replay(id);
    expect_refusal("outbox_replay", wanted, run(queue_.operating->replay_callback(id)));
    touch(id);
}

// Mostly on again: else nothing would happen any more. Limits only go down, so that no slot ever
// holds more than its configured one.
void queue_walk::turn_switches() {
    const bool pause = chance(15);
    const std::array<std::string, 3> names{"alpha:1", "beta", "beta:1"};
    const std::size_t which = roll(names.size());
    const std::string& name = names[which];
    const int lower = which == 0 ? 1 : static_cast<int>(1 + roll(3));
    const int wanted_limit = chance(30) ? lower : 0;
    queue::queue_change whole;
    queue::channel_change one{name, std::nullopt, std::nullopt};
    const auto what = roll(4);
    if (what == 0) {
        whole.pause_intake = pause;
    } else if (what == 1) {
        whole.pause_dispatch = pause;
    } else if (what == 2) {
        one.pause = pause;
    } else {
        one.limit = wanted_limit;
    }
    tell("turn_switches " + name);
    const bool of_queue = what < 2;
    const auto wanted =
        of_queue ? model_.switch_queue("o", whole) : model_.switch_channel("o", one);
    const auto told =
        run(of_queue ? queue_.operating->switch_queue("o", whole)
                     : queue_.operating->switch_channel("o", one));
    expect("turn_switches", true, static_cast<bool>(told));
    const auto words = [](const queue::switches& of) {
        std::string made =
            std::to_string(of.intake_paused_since) + " " + std::to_string(of.dispatch_paused_since);
        for (const auto& channel : of.channels) {
            made += " " + channel.name + " " + std::to_string(channel.paused_since) + " "
                    + std::to_string(channel.limit.value_or(0));
        }
        return made;
    };
    expect("switches", words(wanted), words(*told));
}

} // namespace imagined::test
