// What becomes of tasks whose worker is gone, late or told to stop, and of those that are
// cancelled.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

constexpr auto ambiguous = task::fail_code::ambiguous_upstream_outcome;

struct recovery : queue_fixture {
    std::size_t reap() { return must(tasks().work->reap(100)); }

    std::size_t promote() { return must(tasks().work->promote(100)); }

    task::state state_of(const std::string& id) { return record(id).state; }

    void cancel(const std::string& id) {
        must(tasks().submission->cancel({"ann", false}, id, "changed my mind"));
    }

    void check_cancelled(const std::string& id) {
        const auto seen = record(id);
        CHECK(seen.state == task::state::failure);
        CHECK(seen.fail_code == task::fail_code::cancelled);
        CHECK(seen.fail_reason == "changed my mind");
        CHECK(refused(tasks().submission->cancel(everybody, id, "again")) == conflict);
        CHECK(complaints().empty());
    }

    token calling_task() {
        submit();
        const auto held = lease();
        REQUIRE(call(held) == call_permit::granted);
        return held;
    }
};

} // namespace

TEST_CASE_FIXTURE(recovery, "a foreign task can not be cancelled") {
    const auto id = submit();
    CHECK(refused(tasks().submission->cancel({"bob", false}, id, "x")) == failure_kind::not_found);
    CHECK(state_of(id) == task::state::queued);
}

TEST_CASE_FIXTURE(recovery, "cancelling a waiting task ends it and frees its place in the queue") {
    const auto id = submit();
    cancel(id);
    check_cancelled(id);
    CHECK(waiting() == 0);
    CHECK(claim().empty());
}

TEST_CASE_FIXTURE(recovery, "cancelling a modal ends it") {
    const auto id = submit(a_task().as_modal());
    cancel(id);
    check_cancelled(id);
    advance(seconds(7200));
    CHECK(promote() == 0);
}

TEST_CASE_FIXTURE(recovery, "cancelling a delayed task ends it") {
    const auto id = submit();
    must(tasks().work->release(lease(), "", seconds(30), "later"));
    cancel(id);
    check_cancelled(id);
    advance(seconds(60));
    CHECK(promote() == 0);
}

TEST_CASE_FIXTURE(recovery, "cancelling a leased task frees its place and tells its worker") {
    const auto id = submit();
    const auto held = lease();
    cancel(id);
    check_cancelled(id);
    CHECK(in_flight("alpha:1") == 0);
    CHECK(must(tasks().work->renew("w1", 1, seconds(15), {held})).size() == 1);
    call_marker marker;
    marker.slot = {"alpha:1", 1};
    CHECK(refused(tasks().work->calling(held, marker)) == conflict);
}

TEST_CASE_FIXTURE(
    recovery, "cancelling a call leaves it to finish; its answer, cost and place are kept"
) {
    const auto held = calling_task();
    cancel(held.id);
    check_cancelled(held.id);
    CHECK(record(held.id).billed == "unknown");
    CHECK(in_flight("alpha:1") == 1);
    CHECK(refused(tasks().work->stored(held, 0, R"({"late":1})", true, 70'000)) == conflict);
    const auto seen = record(held.id);
    CHECK(seen.fail_code == task::fail_code::cancelled);
    CHECK(seen.cost_micros == 70'000);
    CHECK(seen.billed == "yes");
    CHECK(in_flight("alpha:1") == 0);
    CHECK(must(tasks().reading->history(held.id)).calls.at(0).answer == R"({"late":1})");
    CHECK(must(tasks().reading->stats({})).spent_micros_today == 70'000);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "a late answer is booked once, however often it is told") {
    const auto held = calling_task();
    cancel(held.id);
    for (int i = 0; i < 3; ++i) {
        CHECK(refused(tasks().work->stored(held, 0, "{}", true, 70'000)) == conflict);
    }
    CHECK(record(held.id).cost_micros == 70'000);
}

TEST_CASE_FIXTURE(recovery, "a cancelled call that did not start frees its place") {
    const auto held = calling_task();
    cancel(held.id);
    CHECK(refused(tasks().work->not_started(held, 0, {})) == conflict);
    CHECK(in_flight("alpha:1") == 0);
}

TEST_CASE_FIXTURE(recovery, "cancelling while storing keeps what was paid") {
    const auto held = calling_task();
    answer(held);
    cancel(held.id);
    check_cancelled(held.id);
    CHECK(record(held.id).billed == "yes");
    queue::ending how;
    how.success = true;
    CHECK(refused(tasks().work->finish(held, how)) == conflict);
}

TEST_CASE_FIXTURE(recovery, "an expired lease returns the task to the head of its queue") {
    const auto first = submit();
    const auto held = lease();
    submit();
    advance(milliseconds(15'000));
    CHECK(reap() == 0);
    advance(milliseconds(1));
    CHECK(reap() == 1);
    CHECK(state_of(first) == task::state::queued);
    CHECK(in_flight("alpha:1") == 0);
    CHECK(complaints().empty());
    const auto again = claim(1, "w2");
    REQUIRE(again.size() == 1);
    CHECK(again[0].record.id == first);
    CHECK(again[0].record.attempt == 2);
    CHECK(refused(tasks().work->finish(held, {})) == conflict);
}

TEST_CASE_FIXTURE(recovery, "a lease that is renewed is not reaped, and is only extended") {
    submit();
    const auto held = lease();
    advance(seconds(10));
    CHECK(must(tasks().work->renew("w1", 1, seconds(15), {held})).empty());
    CHECK(must(tasks().work->renew("w1", 1, seconds(1), {held})).empty());
    advance(seconds(15));
    CHECK(reap() == 0);
}

TEST_CASE_FIXTURE(
    recovery, "a call in flight outlives its lease and its answer is accepted until deadline + 2 s"
) {
    const auto held = calling_task();
    advance(seconds(20));
    reap();
    CHECK(state_of(held.id) == task::state::calling);
    CHECK(claim(1, "w2").empty());
    advance(milliseconds(162'000));
    reap();
    CHECK(state_of(held.id) == task::state::calling);
    answer(held);
    finish(held);
    CHECK(state_of(held.id) == task::state::success);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(
    recovery, "a call nobody answers for ends its task as ambiguous after deadline + 2 s"
) {
    const auto held = calling_task();
    advance(seconds(20));
    reap();
    advance(milliseconds(162'000));
    reap();
    CHECK(state_of(held.id) == task::state::calling);
    advance(milliseconds(1));
    CHECK(reap() == 1);
    const auto seen = record(held.id);
    CHECK(seen.state == task::state::failure);
    CHECK(seen.fail_code == ambiguous);
    CHECK(seen.billed == "unknown");
    CHECK(complaints().empty());
    CHECK(refused(tasks().work->stored(held, 0, "{}", true, 70'000)) == conflict);
    CHECK(record(held.id).cost_micros == 70'000);
    CHECK(record(held.id).fail_code == ambiguous);
}

TEST_CASE_FIXTURE(recovery, "retry_once grants a call that was lost exactly one repeat") {
    allow_repeats(1);
    const auto held = calling_task();
    advance(milliseconds(182'001));
    reap();
    CHECK(state_of(held.id) == task::state::queued);
    const auto again = claim();
    REQUIRE(again.size() == 1);
    CHECK(again[0].record.ambiguous_retries == 1);
    REQUIRE(again[0].record.calls.size() == 1);
    CHECK(again[0].record.calls[0].now == task::call::state::not_started);
    call(token_of(again[0]), 1);
    advance(milliseconds(182'001));
    reap();
    CHECK(record(held.id).fail_code == ambiguous);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "a worker that sees the loss itself gets the same single repeat") {
    allow_repeats(1);
    const auto held = calling_task();
    CHECK(must(tasks().work->lost(held, 0, "cut")));
    call(held, 1);
    CHECK_FALSE(must(tasks().work->lost(held, 1, "cut")));
    CHECK(record(held.id).ambiguous_retries == 1);
}

TEST_CASE_FIXTURE(recovery, "past the task's deadline a lost call is not repeated but ambiguous") {
    allow_repeats(1);
    submit(a_task().within(seconds(60)));
    const auto held = lease();
    call(held);
    submit(a_task().within(seconds(60)));
    const auto other = lease();
    call(other);
    advance(seconds(61));
    CHECK_FALSE(must(tasks().work->lost(other, 0, "cut")));
    advance(milliseconds(182'001));
    reap();
    CHECK(record(held.id).fail_code == ambiguous);
}

TEST_CASE_FIXTURE(
    recovery, "a repeat that never started ends as ambiguous, not as a mere timeout"
) {
    allow_repeats(1);
    submit(a_task().within(seconds(200)));
    const auto held = lease();
    call(held);
    advance(milliseconds(182'001));
    reap();
    REQUIRE(state_of(held.id) == task::state::queued);
    advance(seconds(60));
    promote();
    CHECK(record(held.id).fail_code == ambiguous);
}

TEST_CASE_FIXTURE(recovery, "paid answers of a dead worker are stored by another without a place") {
    const auto held = calling_task();
    answer(held);
    advance(milliseconds(15'001));
    reap();
    CHECK(claim().empty());
    const auto taken = claim_storing();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].slot.empty());
    CHECK(taken[0].record.state == task::state::storing);
    REQUIRE(taken[0].record.calls.size() == 1);
    CHECK(taken[0].record.calls[0].answer == R"({"paid":1})");
    CHECK(complaints().empty());
    advance(milliseconds(15'001)); // and again
    reap();
    const auto third = claim_storing("w3");
    REQUIRE(third.size() == 1);
    finish(token_of(third[0]));
    CHECK(state_of(held.id) == task::state::success);
}

TEST_CASE_FIXTURE(
    recovery, "a task with some answers goes on with the rest, or is delivered in part"
) {
    const auto held = calling_task();
    answer(held, 0, false);
    CHECK(state_of(held.id) == task::state::leased);
    SUBCASE("another worker may make the other calls") {
        advance(milliseconds(15'001));
        reap();
        CHECK(claim().size() == 1);
    }
    SUBCASE("the other call is lost with its worker") {
        call(held, 1);
        advance(milliseconds(182'001));
        reap();
        CHECK(claim_storing().size() == 1);
    }
    SUBCASE("it waited beyond its deadline") {
        advance(milliseconds(15'001));
        reap();
        advance(seconds(3600));
        promote();
        CHECK(claim().empty());
        CHECK(claim_storing().size() == 1);
    }
    SUBCASE("its lease ends beyond its deadline") {
        advance(seconds(3601));
        reap();
        CHECK(claim_storing().size() == 1);
    }
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(
    recovery, "answers told complete while a call is in flight do not hide that call"
) {
    const auto held = calling_task();
    call(held, 1);
    answer(held, 0, true);
    CHECK(state_of(held.id) == task::state::calling);
    CHECK(complaints().empty());
    answer(held, 1, true);
    CHECK(state_of(held.id) == task::state::storing);
}

TEST_CASE_FIXTURE(recovery, "adopt delivers a late answer and revokes the newer lease") {
    allow_repeats(1);
    const auto stale = calling_task();
    advance(milliseconds(182'001));
    reap();
    const auto newer = lease();
    must(tasks().work->adopt(stale, 0, R"({"late":1})", 50'000));
    CHECK(must(tasks().work->renew("w1", 1, seconds(15), {newer})).size() == 1);
    const auto taken = claim_storing();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].record.calls[0].answer == R"({"late":1})");
    CHECK(taken[0].record.cost_micros == 50'000);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "adopt takes a waiting or delayed task out of its queue") {
    allow_repeats(1);
    const auto stale = calling_task();
    advance(milliseconds(182'001));
    reap();
    SUBCASE("waiting") {}
    SUBCASE("delayed") {
        must(tasks().work->release(lease(), "", seconds(60), "later"));
    }
    must(tasks().work->adopt(stale, 0, "{}", 1));
    CHECK(claim().empty());
    CHECK(claim_storing().size() == 1);
    advance(seconds(100));
    CHECK(promote() == 0);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "adopt does not disturb a newer call in flight but keeps the answer") {
    allow_repeats(1);
    const auto stale = calling_task();
    advance(milliseconds(182'001));
    reap();
    const auto newer = lease();
    call(newer, 1);
    CHECK(refused(tasks().work->adopt(stale, 0, "{}", 50'000)) == conflict);
    CHECK(record(stale.id).cost_micros == 50'000);
    CHECK(state_of(stale.id) == task::state::calling);
    answer(newer, 1);
    finish(newer);
    CHECK(state_of(stale.id) == task::state::success);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "release gives a task back with strictly increasing attempts") {
    submit();
    const auto held = lease();
    must(tasks().work->release(held, "", {}, "drain"));
    CHECK(refused(tasks().work->release(held, "", {}, "drain")) == conflict);
    CHECK(in_flight("alpha:1") == 0);
    CHECK(lease().attempt == 2);
}

TEST_CASE_FIXTURE(recovery, "release with a delay keeps the task back until promote finds it due") {
    const auto id = submit();
    must(tasks().work->release(lease(), "upscale/V_2", seconds(30), "cooling"));
    CHECK(waiting() == 1);
    CHECK(must(tasks().reading->unfinished({"ann", false}, 9)).size() == 1);
    advance(milliseconds(29'999));
    CHECK(promote() == 0);
    CHECK(claim(1, "w1", {{"alpha:1", 9}}, "upscale/V_2").empty());
    advance(milliseconds(1));
    CHECK(promote() == 1);
    CHECK(claim(1, "w1", {{"alpha:1", 9}}, "upscale/V_2").size() == 1);
    CHECK(state_of(id) == task::state::leased);
}

TEST_CASE_FIXTURE(recovery, "a delay does not reach beyond the task's deadline") {
    const auto id = submit(a_task().within(seconds(60)));
    must(tasks().work->release(lease(), "", seconds(600), "cooling"));
    advance(seconds(60));
    promote();
    CHECK(record(id).fail_code == task::fail_code::timeout);
}

TEST_CASE_FIXTURE(recovery, "a task with a call in flight can not be released") {
    const auto held = calling_task();
    CHECK(refused(tasks().work->release(held, "", {}, "x")) == conflict);
    CHECK(state_of(held.id) == task::state::calling);
}

TEST_CASE_FIXTURE(recovery, "a task that waits beyond its deadline ends as TIMEOUT, without view") {
    const auto id = submit(a_task().within(seconds(60)));
    advance(milliseconds(59'999));
    CHECK(promote() == 0);
    advance(milliseconds(1));
    CHECK(promote() == 1);
    const auto seen = must(tasks().reading->read(everybody, {id})).front();
    CHECK(seen.record.fail_code == task::fail_code::timeout);
    CHECK(seen.view.empty());
    CHECK(claim().empty());
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(recovery, "duties stop at the number they were asked for") {
    for (int i = 0; i < 5; ++i) {
        submit(a_task().within(seconds(60)));
    }
    claim(2, "w1", {{"alpha:1", 9}});
    advance(seconds(61));
    CHECK(must(tasks().work->reap(1)) == 1);
    CHECK(must(tasks().work->reap(9)) == 1);
    CHECK(must(tasks().work->promote(3)) == 3);
    CHECK(must(tasks().work->promote(3)) == 2);
}

TEST_CASE_FIXTURE(recovery, "what is known of the bill only grows") {
    const auto held = calling_task();
    must(tasks().work->lost(held, 0, "cut"));
    finish(held, false); // says "no"
    CHECK(record(held.id).billed == "unknown");
}

} // namespace imagined::test
