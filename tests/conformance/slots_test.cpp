// Places at backend keys: never more than the limit, given back by whatever happens, left alone
// when the key says so.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

using kind = key_verdict::kind;

const slot narrow{"alpha:1", 1};

struct slots : queue_fixture {
    // A task whose call at the narrow slot is in flight.
    token calling_task() {
        submit();
        const auto taken = claim(1, "w1", {narrow});
        REQUIRE(taken.size() == 1);
        REQUIRE(call(token_of(taken[0]), 0, narrow) == call_permit::granted);
        return token_of(taken[0]);
    }

    void refuse(token held, kind what, milliseconds at_least = {}) {
        must(tasks().work->not_started(std::move(held), 0, {what, at_least}));
    }

    queue::slot_state state() { return must(tasks().reading->stats({"alpha:1"})).slots.front(); }

    bool can_claim() {
        submit();
        const auto taken = claim(1, "w1", {narrow});
        if (!taken.empty()) {
            must(tasks().work->release(token_of(taken[0]), "", {}, "only looked"));
        }
        return !taken.empty();
    }

    // Milliseconds for which one refusal leaves the key alone.
    std::int64_t pause_after_refusal(milliseconds at_least = {}) {
        refuse(calling_task(), kind::cool, at_least);
        const auto until = state().cooling_until;
        const auto length = until - now();
        set_time(until);
        return length;
    }
};

} // namespace

TEST_CASE_FIXTURE(slots, "a reservation becomes the call's place") {
    submit();
    const auto taken = claim(1, "w1", {narrow});
    CHECK(call(token_of(taken[0]), 0, narrow) == call_permit::granted);
    CHECK(state().in_flight == 1);
    CHECK_FALSE(can_claim());
}

TEST_CASE_FIXTURE(slots, "a second call of a task needs a place of its own") {
    const auto held = calling_task();
    CHECK(call(held, 1, narrow) == call_permit::no_slot);
    CHECK(call(held, 1, {"beta:1", 1}) == call_permit::granted);
    CHECK(record(held.id).calls.empty()); // read gives no calls, claims do
    CHECK(must(tasks().reading->history(held.id)).calls.size() == 2);
}

TEST_CASE_FIXTURE(slots, "a call index is used once") {
    const auto held = calling_task();
    call_marker marker;
    marker.slot = {"beta:1", 1};
    CHECK(refused(tasks().work->calling(held, marker)) == failure_kind::conflict);
    CHECK(in_flight("beta:1") == 0);
}

TEST_CASE_FIXTURE(slots, "a call that goes elsewhere gives its reservation back") {
    submit();
    const auto taken = claim(1, "w1", {narrow});
    REQUIRE(call(token_of(taken[0]), 0, {"beta:1", 1}) == call_permit::granted);
    CHECK(state().in_flight == 0);
    CHECK(can_claim());
}

TEST_CASE_FIXTURE(slots, "a dead worker's reservation expires with its lease") {
    submit();
    claim(1, "w1", {narrow});
    submit();
    CHECK(claim(1, "w2", {narrow}).empty());
    advance(milliseconds(15'001));
    CHECK(state().in_flight == 0);
    CHECK(claim(1, "w2", {narrow}).size() == 1);
}

TEST_CASE_FIXTURE(slots, "a reservation that expired is not used on top of the limit") {
    submit();
    const auto late = claim(1, "w1", {narrow});
    submit();
    advance(milliseconds(15'001));
    const auto next = claim(1, "w2", {narrow});
    REQUIRE(next.size() == 1);
    CHECK(call(token_of(next[0]), 0, narrow) == call_permit::granted);
    CHECK(call(token_of(late[0]), 0, narrow) == call_permit::no_slot);
    CHECK(state().in_flight == 1);
}

TEST_CASE_FIXTURE(slots, "renewing a lease keeps its reservation") {
    submit();
    const auto taken = claim(1, "w1", {narrow});
    advance(seconds(10));
    CHECK(must(tasks().work->renew("w1", 5, seconds(15), {token_of(taken[0])})).empty());
    advance(seconds(10));
    submit();
    CHECK(claim(1, "w2", {narrow}).empty());
    CHECK(call(token_of(taken[0]), 0, narrow) == call_permit::granted);
}

TEST_CASE_FIXTURE(slots, "a lease renewed too late does not take its expired reservation again") {
    submit();
    const auto taken = claim(1, "w1", {narrow});
    advance(milliseconds(15'001));
    CHECK(must(tasks().work->renew("w1", 5, seconds(15), {token_of(taken[0])})).empty());
    CHECK(state().in_flight == 0);
}

TEST_CASE_FIXTURE(slots, "a dead worker's call holds its place until its deadline") {
    calling_task();
    advance(seconds(180));
    CHECK(state().in_flight == 1);
    CHECK_FALSE(can_claim());
    advance(milliseconds(1));
    CHECK(can_claim());
}

TEST_CASE_FIXTURE(slots, "a lost call holds its place until its deadline, its task goes on") {
    const auto held = calling_task();
    CHECK_FALSE(must(tasks().work->lost(held, 0, "cut")));
    CHECK(record(held.id).state == task::state::leased);
    CHECK(record(held.id).billed == "unknown");
    CHECK(state().in_flight == 1);
    finish(held, false);
    CHECK(state().in_flight == 1);
    CHECK(complaints().empty());
    advance(milliseconds(180'001));
    CHECK(state().in_flight == 0);
}

TEST_CASE_FIXTURE(slots, "a call that did not start frees its place and may be made again") {
    const auto held = calling_task();
    refuse(held, kind::none);
    CHECK(record(held.id).state == task::state::leased);
    CHECK(state().in_flight == 0);
    CHECK(state().cooling_until == 0);
    CHECK(call(held, 1, narrow) == call_permit::granted);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(slots, "a foreign token does not void the marker of a call in flight") {
    const auto held = calling_task();
    auto foreign = held;
    foreign.nonce = "00";
    CHECK(refused(tasks().work->not_started(foreign, 0, {})) == failure_kind::conflict);
    CHECK(state().in_flight == 1);
    CHECK(complaints().empty());
    answer(held);
}

TEST_CASE_FIXTURE(slots, "telling twice that a call did not start is telling it once") {
    const auto held = calling_task();
    refuse(held, kind::cool);
    const auto before = state().cooling_until;
    const auto sequence = record(held.id).sequence;
    advance(seconds(1));
    refuse(held, kind::cool);
    CHECK(state().cooling_until == before);
    CHECK(record(held.id).sequence == sequence);
}

TEST_CASE_FIXTURE(slots, "telling twice that a call is lost is telling it once") {
    allow_repeats(1);
    const auto held = calling_task();
    CHECK(must(tasks().work->lost(held, 0, "cut")));
    CHECK(must(tasks().work->lost(held, 0, "cut")));
    CHECK(record(held.id).ambiguous_retries == 1);
}

TEST_CASE_FIXTURE(slots, "refusals leave a key alone for 5 s, doubling to 60 s") {
    CHECK(pause_after_refusal() == 5'000);
    CHECK(pause_after_refusal() == 10'000);
    CHECK(pause_after_refusal() == 20'000);
    CHECK(pause_after_refusal() == 40'000);
    CHECK(pause_after_refusal() == 60'000);
    CHECK(pause_after_refusal() == 60'000);
}

TEST_CASE_FIXTURE(slots, "Retry-After is honoured to the millisecond") {
    CHECK(pause_after_refusal(seconds(33)) == 33'000);
    CHECK(pause_after_refusal() == 10'000);
}

TEST_CASE_FIXTURE(slots, "an answer ends the doubling") {
    pause_after_refusal();
    pause_after_refusal();
    const auto held = calling_task();
    answer(held);
    finish(held);
    CHECK(pause_after_refusal() == 5'000);
}

TEST_CASE_FIXTURE(slots, "a refusal that proves the key ends the doubling") {
    pause_after_refusal();
    const auto held = calling_task();
    refuse(held, kind::works);
    finish(held, false);
    CHECK(pause_after_refusal() == 5'000);
}

TEST_CASE_FIXTURE(slots, "nobody claims for a cooling key, and afterwards one task tries it") {
    const slot wide{"alpha:1", 5};
    for (int i = 0; i < 6; ++i) {
        submit();
    }
    const auto first = token_of(claim(1, "w1", {wide}).front());
    call(first, 0, wide);
    refuse(first, kind::cool);
    CHECK(claim(5, "w1", {wide}).empty());
    advance(milliseconds(4'999));
    CHECK(claim(5, "w1", {wide}).empty());
    advance(milliseconds(1));
    const auto trial = claim(5, "w1", {wide});
    REQUIRE(trial.size() == 1);
    call(token_of(trial[0]), 0, wide);
    CHECK(claim(5, "w1", {wide}).empty());
    answer(token_of(trial[0]));
    CHECK(claim(9, "w1", {wide}).size() == 4);
}

TEST_CASE_FIXTURE(slots, "a place reserved before a key began to cool is worth nothing") {
    const slot wide{"alpha:1", 5};
    submit();
    submit();
    const auto two = claim(2, "w1", {wide});
    call(token_of(two[0]), 0, wide);
    refuse(token_of(two[0]), kind::cool);
    CHECK(call(token_of(two[1]), 0, wide) == call_permit::no_slot);
    CHECK(must(tasks().reading->history(two[1].record.id)).calls.empty());
}

TEST_CASE_FIXTURE(slots, "refusals of calls that ran side by side count once") {
    const slot wide{"alpha:1", 5};
    for (int i = 0; i < 4; ++i) {
        submit();
    }
    const auto taken = claim(4, "w1", {wide});
    for (const auto& one : taken) {
        call(token_of(one), 0, wide);
    }
    for (const auto& one : taken) {
        refuse(token_of(one), kind::cool);
    }
    CHECK(state().cooling_until == now() + 5'000);
}

TEST_CASE_FIXTURE(slots, "an answer of a call from before does not end a pause") {
    const slot wide{"alpha:1", 5};
    submit();
    submit();
    const auto taken = claim(2, "w1", {wide});
    call(token_of(taken[0]), 0, wide);
    call(token_of(taken[1]), 0, wide);
    refuse(token_of(taken[0]), kind::cool, seconds(60));
    answer(token_of(taken[1]));
    CHECK(state().cooling_until == now() + 60'000);
}

TEST_CASE_FIXTURE(slots, "a disabled key rests five minutes, then one task tries it") {
    const slot wide{"alpha:1", 5};
    submit();
    submit();
    const auto taken = claim(2, "w1", {wide});
    call(token_of(taken[0]), 0, wide);
    call(token_of(taken[1]), 0, wide);
    refuse(token_of(taken[0]), kind::disable);
    CHECK(state().disabled);
    refuse(token_of(taken[1]), kind::cool); // a late 429 does not enable it
    CHECK(state().disabled);
    CHECK(state().cooling_until == now() + 300'000);
    CHECK_FALSE(can_claim());
    advance(seconds(300));
    CHECK_FALSE(state().disabled);
    submit();
    CHECK(claim(5, "w1", {wide}).size() == 1);
}

TEST_CASE_FIXTURE(slots, "no call starts after the task's deadline") {
    submit(a_task().within(seconds(10)));
    const auto held = lease();
    advance(milliseconds(10'000));
    CHECK(call(held, 0, {"alpha:1", 9}) == call_permit::granted);
    advance(milliseconds(1));
    CHECK(call(held, 1, {"alpha:1", 9}) == call_permit::too_late);
    answer(held); // one that runs may finish
    finish(held);
}

} // namespace imagined::test
