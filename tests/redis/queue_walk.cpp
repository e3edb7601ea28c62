#include "queue_walk.hpp"

#include "queue_walk_expect.hpp"
#include "tests/support/run_coroutine.hpp"

#include <array>

namespace imagined::test {

namespace {

const std::array<std::string, 3> callers{"ann", "bob", "cyd"};
const std::array<std::string, 2> lanes{"generate/V_3", "remix/V_2"};
const std::array<std::string, 2> workers{"w1", "w2"};
const std::array<queue::slot, 3> all_slots{{{"alpha:1", 2}, {"alpha:2", 1}, {"beta:1", 3}}};

bool at_work(const model_task& task) {
    return task.at_work();
}

bool in_call(const model_task& task) {
    return task.calls_in_flight() > 0;
}

bool has_calls(const model_task& task) {
    return !task.calls.empty();
}

bool is_modal(const model_task& task) {
    return task.record.state == task::state::modal;
}

bool is_open(const model_task& task) {
    return !task.ended();
}

bool has_ended(const model_task& task) {
    return task.ended();
}

bool storing(const model_task& task) {
    return task.record.state == task::state::storing;
}

std::string name_of(const queue::token& token) {
    return token.id + "#" + std::to_string(token.attempt) + "." + token.nonce.substr(0, 4);
}

} // namespace

queue_walk::queue_walk(blocking_redis& on) : redis_(on) {
    redis_.command({"FLUSHALL"});
    model_.now = 1'800'000'000'000;
    reopen();
    std::vector<queue::caller_limits> limits{{"ann", 1, 0, 0}, {"bob", 3, 6, 2}};
    model_.register_callers(limits);
    (void)run(queue_->register_callers(std::move(limits)));
}

void queue_walk::reopen() {
    queue::queue_options options;
    options.prefix = "test";
    options.fixed_now = std::to_string(model_.now);
    options.ambiguous_retries = model_.repeats_allowed;
    queue_ = queue::open_redis_queue(redis_, std::move(options));
}

template <class T>
T queue_walk::run(awaitable<T> verb) {
    auto held = std::make_shared<awaitable<T>>(std::move(verb));
    return run_on<T>(context_, [held]() -> awaitable<T> { return std::move(*held); });
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

std::vector<queue::slot> queue_walk::some_slots() {
    std::vector<queue::slot> slots;
    for (const auto& slot : all_slots) {
        if (chance(70)) {
            slots.push_back(slot);
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
        expect("reserved id", id, run(queue_->reserve_id()).value());
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
    expect_submitted(wanted, run(queue_->submit(task, seconds(5))));
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
    expect_submitted(wanted, run(queue_->submit_modal(who, task, seconds(5))));
    touch(task.id);
}

void queue_walk::cancel() {
    const auto who = some_scope();
    const auto id = some_task(is_open);
    tell("cancel " + id + " by " + who.caller + (who.all ? " (all)" : ""));
    const auto wanted = model_.cancel(who, id, "why");
    const auto found = run(queue_->cancel(who, id, "why"));
    expect("cancel", words_of(wanted), words_of(found));
    touch(id);
}

void queue_walk::register_callers() {
    std::vector<queue::caller_limits> limits{
        {"ann", static_cast<int>(1 + roll(3)), static_cast<int>(roll(3) * 5), 0},
        {"bob", static_cast<int>(1 + roll(5)), 6, 2},
    };
    tell("register_callers");
    model_.register_callers(limits);
    expect_refusal("register_callers", {}, run(queue_->register_callers(limits)));
}

void queue_walk::look() {
    const auto who = some_scope();
    const std::size_t most = 1 + roll(20);
    tell("newest and unfinished " + std::to_string(most) + " for " + who.caller);
    const auto ids = [](const std::vector<queue::snapshot>& from) {
        std::vector<std::string> made;
        for (const auto& one : from) {
            made.push_back(one.record.id);
        }
        return made;
    };
    expect("newest", model_.newest(who, most), ids(run(queue_->newest(who, most)).value()));
    expect(
        "unfinished", model_.unfinished(who, most), ids(run(queue_->unfinished(who, most)).value())
    );
}

void queue_walk::claim(bool storing_too) {
    const auto worker = workers[roll(workers.size())];
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
    tell("claim " + std::to_string(most) + " by " + worker);
    const auto wanted = model_.claim(worker, most, lease, asked);
    const auto found = run(queue_->claim(worker, most, lease, asked)).value();
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
        const auto& kept = model_.tasks().at(record.id);
        expect("claimed submission", kept.submission, found.tasks[i].submission);
        expect("claimed record", words_of(kept, true), words_of(record));
        touch(record.id);
    }
    std::set<std::string> names(found.lanes.begin(), found.lanes.end());
    expect("lanes that wait", model_.waiting_lanes(), names);
}

void queue_walk::renew() {
    const auto worker = workers[roll(workers.size())];
    const milliseconds lease(chance(80) ? 15'000 : 2'000);
    const std::size_t capacity = roll(8);
    std::vector<queue::token> held;
    for (std::uint32_t i = roll(4); i > 0; --i) {
        held.push_back(some_token(at_work));
        touch(held.back().id);
    }
    tell("renew " + std::to_string(held.size()) + " by " + worker);
    const auto wanted = model_.renew(worker, capacity, lease, held);
    const auto found = run(queue_->renew(worker, capacity, lease, held)).value();
    std::set<std::string> gone;
    for (const auto& one : found) {
        gone.insert(one.id);
    }
    expect("lost leases", std::set<std::string>(wanted.begin(), wanted.end()), gone);
}

void queue_walk::sign_off() {
    const auto worker = workers[roll(workers.size())];
    tell("sign_off " + worker);
    model_.sign_off(worker);
    expect_refusal("sign_off", {}, run(queue_->sign_off(worker)));
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
    call.timeout = milliseconds(chance(50) ? 30'000 : 180'000);
    call.duration_key = chance(50) ? "fast" : "slow";
    tell(
        "calling " + name_of(held) + " index " + std::to_string(call.index) + " at "
        + call.slot.name
    );
    const auto wanted = model_.calling(held, call);
    const auto got = run(queue_->calling(held, call));
    const auto permit = [](const queue::call_grant& grant) { return grant.what; };
    const result<queue::call_permit> answer =
        got ? result<queue::call_permit>(permit(*got)) : result<queue::call_permit>(got.error());
    expect("calling", words_of(wanted), words_of(answer));
    if (got && got->what == queue::call_permit::granted) {
        expect("expected ms", model_.tasks().at(held.id).record.expected, got->expected_ms);
    }
    touch(held.id);
}

void queue_walk::not_started() {
    using kind = queue::key_verdict::kind;
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    const queue::key_verdict verdict{
        static_cast<kind>(roll(4)), milliseconds(chance(20) ? 7'000 : 0)
    };
    tell(
        "not_started " + name_of(held) + " index " + std::to_string(index) + " key "
        + std::to_string(static_cast<int>(verdict.what))
    );
    const auto wanted = model_.not_started(held, index, verdict);
    expect_refusal("not_started", wanted, run(queue_->not_started(held, index, verdict, "x")));
    touch(held.id);
}

void queue_walk::lost() {
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    tell("lost " + name_of(held) + " index " + std::to_string(index));
    const auto wanted = model_.lost(held, index);
    expect("lost", words_of(wanted), words_of(run(queue_->lost(held, index, "cut"))));
    touch(held.id);
}

void queue_walk::stored() {
    const auto held = some_token(in_call);
    const int index = some_call(held.id);
    const bool complete = chance(60);
    const std::int64_t cost = chance(20) ? 0 : 1000 * (1 + roll(90));
    const auto answer = "answer " + std::to_string(roll(1000));
    tell(
        "stored " + name_of(held) + " index " + std::to_string(index) + " complete "
        + std::to_string(complete)
    );
    const auto wanted = model_.stored(held, index, answer, complete, cost);
    expect_refusal("stored", wanted, run(queue_->stored(held, index, answer, complete, cost)));
    touch(held.id);
}

void queue_walk::adopt() {
    const auto held = some_token(has_calls);
    const int index = some_call(held.id);
    const std::int64_t cost = 1000 * (1 + roll(90));
    tell("adopt " + name_of(held) + " index " + std::to_string(index));
    const auto wanted = model_.adopt(held.id, index, "late", cost);
    expect_refusal("adopt", wanted, run(queue_->adopt(held, index, "late", cost)));
    touch(held.id);
}

void queue_walk::finish() {
    const auto held = some_token(chance(50) ? storing : at_work);
    queue::ending how;
    how.success = chance(60);
    how.view = R"({"view":)" + std::to_string(roll(1000)) + "}";
    how.event = "end";
    how.billed = std::array{"no", "unknown", "yes"}[roll(3)];
    if (!how.success) {
        how.code = task::fail_code::no_picture;
        how.reason = "none came";
    }
    tell("finish " + name_of(held) + (how.success ? " success" : " failure"));
    const auto wanted = model_.finish(held, how);
    expect_refusal("finish", wanted, run(queue_->finish(held, how)));
    touch(held.id);
}

void queue_walk::release() {
    const auto held = some_token(at_work);
    const std::array<std::string, 4> to{"", "", lanes[1], std::string(queue::storing_lane)};
    const auto lane = to[roll(to.size())];
    const milliseconds delay(chance(50) ? 0 : 1000 * (1 + roll(90)));
    tell("release " + name_of(held) + " to '" + lane + "' in " + std::to_string(delay.count()));
    const auto wanted = model_.release(held, lane, delay);
    expect_refusal("release", wanted, run(queue_->release(held, lane, delay, "back")));
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
    expect_refusal("progress", {}, run(queue_->progress(steps)));
}

void queue_walk::duties() {
    const std::size_t most = 1 + roll(6);
    switch (roll(4)) {
    case 0:
        tell("reap " + std::to_string(most));
        expect("reaped", model_.reap(most), run(queue_->reap(most)).value());
        break;
    case 1:
        tell("promote " + std::to_string(most));
        expect("promoted", model_.promote(most), run(queue_->promote(most)).value());
        break;
    default: {
        const milliseconds ttl(chance(50) ? 10'000 : 400'000);
        tell("forget " + std::to_string(most * 3));
        expect(
            "forgotten", model_.forget(ttl, most * 3), run(queue_->forget(ttl, most * 3)).value()
        );
        break;
    }
    }
}

void queue_walk::outbox_claim() {
    const std::size_t most = 1 + roll(4);
    tell("outbox_claim " + std::to_string(most));
    const auto wanted = model_.outbox_claim(most, seconds(30));
    const auto found = run(queue_->outbox_claim(most, seconds(30))).value();
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
        const bool noted = chance(50);
        tell("outbox_delivered " + id);
        const auto wanted = model_.outbox_delivered(id, event.nonce, noted);
        expect_refusal(
            "outbox_delivered", wanted, run(queue_->outbox_delivered(event, noted ? "2xx" : ""))
        );
        return;
    }
    if (chance(10)) {
        tell("outbox_gone " + id);
        const auto wanted = model_.outbox_gone(id, event.nonce);
        expect_refusal("outbox_gone", wanted, run(queue_->outbox_gone(event, "410")));
        return;
    }
    std::optional<milliseconds> delay;
    if (chance(70)) {
        delay = milliseconds(1000 * roll(60));
    }
    tell("outbox_failed " + id + (delay ? " later" : " for good"));
    const auto wanted = model_.outbox_failed(id, event.nonce, delay);
    expect_refusal("outbox_failed", wanted, run(queue_->outbox_failed(event, delay, "500")));
}

void queue_walk::outbox_replay() {
    const auto id = some_task(has_ended);
    tell("outbox_replay " + id);
    const auto wanted = model_.outbox_replay(id);
    expect_refusal("outbox_replay", wanted, run(queue_->outbox_replay(id)));
    touch(id);
}

// Beyond every deadline, lease and delay; what is paid is stored by one last worker.
void queue_walk::settle() {
    told_ = "settle";
    for (int round = 0; round < 4; ++round) {
        model_.now += 4'000'000;
        reopen();
        constexpr std::size_t all = 10'000;
        expect("reaped", model_.reap(all), run(queue_->reap(all)).value());
        expect("promoted", model_.promote(all), run(queue_->promote(all)).value());
        const std::vector<queue::lane> paid{{std::string(queue::storing_lane), {}}};
        const auto wanted = model_.claim("last", all, seconds(15), paid);
        const auto found = run(queue_->claim("last", all, seconds(15), paid)).value();
        expect("claimed", wanted.size(), found.tasks.size());
        for (const auto& one : found.tasks) {
            model_.learn_nonce(one.record.id, one.record.nonce);
            const queue::token held{one.record.id, one.record.attempt, one.record.nonce};
            queue::ending how;
            how.success = true;
            expect_refusal("finish", model_.finish(held, how), run(queue_->finish(held, how)));
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
