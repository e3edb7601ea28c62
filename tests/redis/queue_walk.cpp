#include "queue_walk.hpp"

#include "queue_walk_cast.hpp"
#include "queue_walk_expect.hpp"

#include <array>

namespace imagined::test {

queue_walk::queue_walk(blocking_redis& on) : redis_(on) {
    redis_.command({"FLUSHALL"});
    model_.now = 1'800'000'000'000;
    reopen();
    std::vector<queue::caller_limits> limits{{"ann", 1, 0, 0}, {"bob", 3, 6, 2}};
    model_.register_callers(limits);
    (void)run(queue_.operating->register_callers(std::move(limits)));
}

void queue_walk::reopen() {
    queue::queue_options options;
    options.prefix = "test";
    options.fixed_now = std::to_string(model_.now);
    options.ambiguous_retries = model_.repeats_allowed;
    queue_ = queue::open_redis_queue(redis_, std::move(options));
}

void queue_walk::step(std::uint32_t seed) {
    dice_.seed(seed);
    touched_.clear();

    struct choice {
        int weight;
        std::function<void()> make;
    };

    static thread_local queue_walk* self = nullptr;
    self = this;
    static const std::vector<choice> choices{
        {9, [] { self->move_clock(); }},
        {14, [] { self->submit(); }},
        {3, [] { self->submit_modal(); }},
        {3, [] { self->cancel(); }},
        {1, [] { self->register_callers(); }},
        {3, [] { self->look(); }},
        {12, [] { self->claim(false); }},
        {4, [] { self->claim(true); }},
        {6, [] { self->renew(); }},
        {1, [] { self->sign_off(); }},
        {15, [] { self->calling(); }},
        {5, [] { self->not_started(); }},
        {3, [] { self->lost(); }},
        {10, [] { self->stored(); }},
        {3, [] { self->adopt(); }},
        {8, [] { self->finish(); }},
        {5, [] { self->release(); }},
        {5, [] { self->progress(); }},
        {9, [] { self->duties(); }},
        {7, [] { self->outbox_claim(); }},
        {9, [] { self->outbox_settle(); }},
        {2, [] { self->outbox_replay(); }},
        {2, [] { self->turn_switches(); }},
    };
    int total = 0;
    for (const auto& one : choices) {
        total += one.weight;
    }
    int at = static_cast<int>(roll(static_cast<std::uint32_t>(total)));
    for (const auto& one : choices) {
        at -= one.weight;
        if (at < 0) {
            one.make();
            break;
        }
    }
    check_tasks({touched_.begin(), touched_.end()});
}

std::uint32_t queue_walk::roll(std::uint32_t below) {
    return dice_() % below;
}

bool queue_walk::chance(std::uint32_t percent) {
    return roll(100) < percent;
}

std::string queue_walk::some_task(bool (*fits)(const model_task&)) {
    if (chance(3)) {
        return "1234567890123450"; // nobody's
    }
    std::vector<std::string> fitting;
    const bool whatever = chance(8);
    for (const auto& [id, task] : model_.tasks()) {
        if (whatever || fits(task)) {
            fitting.push_back(id);
        }
    }
    return fitting.empty() ? "1234567890123450"
                           : fitting[roll(static_cast<std::uint32_t>(fitting.size()))];
}

std::string queue_walk::some_caller() {
    return callers[roll(callers.size())];
}

queue::scope queue_walk::some_scope() {
    return {some_caller(), chance(50)};
}

int queue_walk::some_pictures() {
    return static_cast<int>(chance(5) ? 4 + roll(4) : 1 + roll(4));
}

std::vector<queue::slot> queue_walk::some_slots() {
    std::vector<queue::slot> slots;
    for (const auto& slot : all_slots) {
        if (chance(70)) {
            slots.push_back(slot);
            slots.back().asks = some_pictures();
        }
    }
    return slots;
}

queue::token queue_walk::some_token(bool (*fits)(const model_task&)) {
    const auto id = some_task(fits);
    const auto& known = tokens_[id];
    if (known.empty() || chance(2)) {
        return {id, 1, chance(50) ? "" : "00"};
    }
    auto token = known.back();
    if (chance(12)) {
        token = known[roll(static_cast<std::uint32_t>(known.size()))];
    }
    if (chance(2)) {
        token.attempt += 1;
    }
    return token;
}

int queue_walk::some_call(const std::string& id) {
    const auto found = model_.tasks().find(id);
    if (found == model_.tasks().end() || found->second.calls.empty() || chance(5)) {
        return static_cast<int>(roll(4));
    }
    std::vector<int> open;
    for (const auto& [index, call] : found->second.calls) {
        if (call.now == model_call::fate::in_flight || chance(15)) {
            open.push_back(index);
        }
    }
    return open.empty() ? found->second.calls.rbegin()->first
                        : open[roll(static_cast<std::uint32_t>(open.size()))];
}

void queue_walk::move_clock() {
    static constexpr std::array<std::int64_t, 12> jumps{
        1, 10, 250, 999, 1'000, 1'000, 5'000, 15'001, 30'000, 60'000, 182'001, 3'600'000
    };
    const auto by = jumps[roll(chance(10) ? 12 : 9)];
    model_.now += by;
    if (chance(5)) {
        model_.repeats_allowed = 1 - model_.repeats_allowed;
    }
    tell("clock + " + std::to_string(by) + ", repeats " + std::to_string(model_.repeats_allowed));
    reopen();
}

void queue_walk::submit() {
    queue::new_task task;
    task.caller = some_caller();
    task.submission = "prompt " + std::to_string(roll(1000));
    task.has_hook = chance(60);
    task.task_timeout = milliseconds(chance(30) ? 60'000 : 3'600'000);
    task.queue_limit = chance(10) ? 4 : 12;
    task.slots = some_slots();
    task.modal = chance(12);
    if (!task.modal && chance(8)) {
        task.ended_view = R"({"ended":1})";
    }
    if (!task.modal && task.ended_view.empty()) {
        task.lane = lanes[roll(lanes.size())];
    }
    if (chance(20)) {
        task.idempotency_key = "k" + std::to_string(roll(12));
        task.fingerprint = "f" + std::to_string(roll(2));
    }
    if (chance(10)) {
        const auto id = model_.reserve_id();
        expect("reserved id", id, run(queue_.submission->reserve_id()).value());
        reserved_.push_back(id);
    }
    if (!reserved_.empty() && chance(15)) {
        task.id = reserved_[roll(static_cast<std::uint32_t>(reserved_.size()))];
        if (accepted_.contains(task.id) && !model_.tasks().contains(task.id)) {
            task.id.clear(); // used and forgotten: nobody draws an id twice
        }
    }
    tell(
        "submit for " + task.caller + " in '" + task.lane + "', id '" + task.id + "', key '"
        + task.idempotency_key + task.fingerprint + "', hook " + std::to_string(task.has_hook)
        + ", modal " + std::to_string(task.modal) + ", view '" + task.ended_view + "', limit "
        + std::to_string(task.queue_limit)
    );
    const auto wanted = model_.submit(task);
    expect_submitted(wanted, run(queue_.submission->submit(task, seconds(5))));
}

void queue_walk::submit_modal() {
    queue::new_task task;
    task.id = some_task(is_modal);
    task.lane = lanes[roll(lanes.size())];
    task.submission = "answer " + std::to_string(roll(1000));
    task.has_hook = chance(30);
    task.queue_limit = chance(10) ? 4 : 12;
    task.slots = some_slots();
    if (chance(20)) {
        task.idempotency_key = "k" + std::to_string(roll(12));
        task.fingerprint = "f" + std::to_string(roll(2));
    }
    const auto who = some_scope();
    tell("submit_modal " + task.id + " by " + who.caller + (who.all ? " (all)" : ""));
    const auto wanted = model_.submit_modal(who, task);
    expect_submitted(wanted, run(queue_.submission->submit_modal(who, task, seconds(5))));
    touch(task.id);
}

void queue_walk::cancel() {
    const auto who = some_scope();
    const auto id = some_task(is_open);
    tell("cancel " + id + " by " + who.caller + (who.all ? " (all)" : ""));
    const auto wanted = model_.cancel(who, id, "why");
    const auto found = run(queue_.submission->cancel(who, id, "why"));
    expect("cancel", words_of(wanted), words_of(found));
    touch(id);
}

void queue_walk::register_callers() {
    std::vector<queue::caller_limits> limits{
        {"ann", static_cast<int>(1 + roll(3)), static_cast<int>(roll(3) * 5), 0},
        {"bob",
         static_cast<int>(1 + roll(5)),
         6,
         2,
         {chance(50) ? 0 : static_cast<int>(1 + roll(4)), seconds(10)}},
    };
    tell("register_callers");
    model_.register_callers(limits);
    expect_refusal("register_callers", {}, run(queue_.operating->register_callers(limits)));
}

void queue_walk::look() {
    const auto who = some_scope();
    const std::size_t most = 1 + roll(20);
    tell("newest and unfinished " + std::to_string(most) + " for " + who.caller);
    const auto ids = [](const std::vector<queue::snapshot>& from) {
        std::vector<std::string> made;
        made.reserve(from.size());
        for (const auto& one : from) {
            made.push_back(one.record.id);
        }
        return made;
    };
    expect("newest", model_.newest(who, most), ids(run(queue_.reading->newest(who, most)).value()));
    expect(
        "unfinished",
        model_.unfinished(who, most),
        ids(run(queue_.reading->unfinished(who, most)).value())
    );
}

// Beyond every deadline, lease and delay; what is paid is stored by one last worker.
void queue_walk::settle() {
    told_ = "settle";
    for (int round = 0; round < 4; ++round) {
        model_.now += 4'000'000;
        reopen();
        constexpr std::size_t all = 10'000;
        expect("reaped", model_.reap(all), run(queue_.work->reap(all)).value());
        expect("promoted", model_.promote(all), run(queue_.work->promote(all)).value());
        const std::vector<queue::lane> paid{{std::string(queue::storing_lane), {}}};
        const auto wanted = model_.claim("last", all, seconds(15), paid);
        const auto found = run(queue_.work->claim("last", all, seconds(15), paid)).value();
        expect("claimed", wanted.size(), found.tasks.size());
        for (const auto& one : found.tasks) {
            model_.learn_nonce(one.record.id, one.record.nonce);
            const queue::token held{one.record.id, one.record.attempt, one.record.nonce};
            queue::ending how;
            how.success = true;
            expect_refusal(
                "finish", model_.finish(held, how), fate_of(run(queue_.work->finish(held, how)))
            );
        }
    }
    check_everything();
    for (const auto& [id, task] : model_.tasks()) {
        if (!task.ended()) {
            throw mismatch("I1: task " + id + " has not ended");
        }
    }
}

} // namespace imagined::test
