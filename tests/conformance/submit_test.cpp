// What submit promises: the verdict, idempotency, limits without a trace, modals, and a write that
// its caller no longer waits for.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

using verdict = submitted::verdict;

const std::vector<slot> alphas{{"alpha:1", 2}};

struct submitting : queue_fixture {
    void worker(std::size_t capacity, std::string name = "w1") {
        must(tasks().work->renew(std::move(name), capacity, seconds(15), {}));
    }
};

} // namespace

TEST_CASE_FIXTURE(submitting, "code 1 needs a live worker with room and a free place") {
    const auto ask = a_task().served_by(alphas);
    CHECK_FALSE(try_submit(ask).immediate); // no worker
    claim(9);
    worker(1);
    CHECK_FALSE(try_submit(ask).immediate); // its room is taken
    worker(2);
    CHECK_FALSE(try_submit(ask).immediate); // one waits already
    CHECK(waiting() == 2);
    worker(100);
    CHECK_FALSE(try_submit(ask).immediate); // places: 2 - 1 leased - 2 ahead
    claim(9);
    CHECK_FALSE(try_submit(a_task()).immediate); // nothing can serve it
}

TEST_CASE_FIXTURE(submitting, "code 1 is given for as many tasks as there are free places") {
    worker(100);
    const auto ask = a_task().served_by(alphas);
    const auto first = try_submit(ask);
    const auto second = try_submit(ask);
    const auto third = try_submit(ask);
    CHECK(first.immediate);
    CHECK(second.immediate);
    CHECK_FALSE(third.immediate);
    CHECK(third.ahead == 2);
}

TEST_CASE_FIXTURE(submitting, "a worker that signed off, or is silent, is not a live one") {
    const auto ask = a_task().served_by({{"alpha:1", 100}});
    worker(100);
    CHECK(try_submit(ask).immediate);
    must(tasks().work->sign_off("w1"));
    CHECK_FALSE(try_submit(ask).immediate);
    worker(100);
    advance(seconds(16));
    CHECK_FALSE(try_submit(ask).immediate);
}

TEST_CASE_FIXTURE(submitting, "the same key and body give the same task") {
    const auto made = try_submit(a_task().keyed("k"));
    const auto again = try_submit(a_task().keyed("k"));
    CHECK(again.what == verdict::replayed);
    CHECK(again.id == made.id);
    CHECK(waiting() == 1);
    CHECK(try_submit(a_task().keyed("k", "other")).what == verdict::key_reused);
    CHECK(try_submit(a_task().keyed("k").by("bob")).what == verdict::accepted);
    CHECK(waiting() == 2);
}

TEST_CASE_FIXTURE(submitting, "the queue limit refuses without a trace") {
    submit();
    submit();
    const auto before = trace();
    const auto full = try_submit(a_task().limited_to(2).keyed("k").by("bob"));
    CHECK(full.what == verdict::queue_full);
    CHECK(full.id.empty());
    CHECK(trace() == before);
    claim(1);
    CHECK(try_submit(a_task().limited_to(2).keyed("k").by("bob")).what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "a caller's own limit counts all its lanes and nobody else's tasks") {
    must(tasks().operating->register_callers({{"ann", 1, 2, 0}}));
    submit();
    submit(a_task().in("upscale/V_2"));
    submit(a_task().by("bob"));
    const auto before = trace();
    CHECK(try_submit(a_task().keyed("k")).what == verdict::caller_full);
    CHECK(trace() == before);
    claim(1);
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "modals have the queue's limit, ended tasks without a hook none") {
    submit(a_task().as_modal());
    CHECK(try_submit(a_task().as_modal().limited_to(1)).what == verdict::queue_full);
    CHECK(try_submit(a_task().ended("{}").limited_to(0)).what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "what ends at its submit counts while its callback is owed") {
    must(tasks().operating->register_callers({{"ann", 1, 3, 0}}));
    submit();
    submit(a_task().ended("{}").hooked());
    submit(a_task().ended("{}").hooked());
    const auto before = trace();
    const auto one_more = a_task().ended("{}").hooked().keyed("k");
    CHECK(try_submit(one_more).what == verdict::caller_full);
    CHECK(trace() == before);
    CHECK(try_submit(a_task().ended("{}")).what == verdict::accepted);
    CHECK(try_submit(a_task().ended("{}").hooked().by("bob")).what == verdict::accepted);
    // Work that is paid for has its own limit.
    CHECK(try_submit(a_task()).what == verdict::accepted);
    claim(2);
    for (const auto& event : due()) {
        must(tasks().outbox->delivered(event, ""));
    }
    CHECK(try_submit(one_more).what == verdict::accepted);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a caller without a limit has the queue's for owed callbacks") {
    const auto one = a_task().ended("{}").hooked().limited_to(2);
    submit(one);
    submit(one);
    CHECK(try_submit(one).what == verdict::queue_full);
}

TEST_CASE_FIXTURE(submitting, "a caller submits at its rate, whatever it is, and in bursts of it") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {3, seconds(60)}}}));
    submit();
    submit(a_task().ended("{}"));
    const auto modal = submit(a_task().as_modal());
    const auto before = trace();
    const auto refused = try_submit(a_task().keyed("k"));
    CHECK(refused.what == verdict::rate_limited);
    CHECK(refused.id.empty());
    CHECK(refused.retry_after == seconds(20));
    CHECK(trace() == before);
    CHECK(try_submit(a_task().by("bob")).what == verdict::accepted);
    // The answer of a modal is no submit of its own.
    const auto answered = a_task().named(modal).in(lane_name);
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::accepted
    );
    advance(milliseconds(19'999));
    CHECK(try_submit().retry_after == milliseconds(1));
    advance(milliseconds(1));
    CHECK(try_submit(a_task().keyed("k")).what == verdict::accepted);
    CHECK(try_submit().what == verdict::rate_limited);
    // A repetition makes nothing new.
    CHECK(try_submit(a_task().keyed("k")).what == verdict::replayed);
    advance(seconds(3600));
    for (int i = 0; i < 3; ++i) {
        CHECK(try_submit().what == verdict::accepted);
    }
    CHECK(try_submit().what == verdict::rate_limited);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a refused submit costs nothing of the rate") {
    must(tasks().operating->register_callers({{"ann", 1, 1, 0, {2, seconds(60)}}}));
    submit();
    for (int i = 0; i < 3; ++i) {
        CHECK(try_submit().what == verdict::caller_full);
    }
    claim(1);
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "a rate that is raised or taken away counts at once") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {1, seconds(86'400)}}}));
    submit();
    CHECK(try_submit().retry_after == seconds(86'400));
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {60, seconds(60)}}}));
    CHECK(try_submit().retry_after == seconds(1));
    must(tasks().operating->register_callers({{"ann", 1, 0, 0}}));
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(
    submitting, "a modal waits apart until its answer gives it a place and a deadline"
) {
    const auto id = submit(a_task().as_modal().hooked());
    CHECK(record(id).state == task::state::modal);
    CHECK(waiting() == 0);
    CHECK(due().empty());
    advance(seconds(600));
    worker(9);
    const auto answered = a_task().named(id).in(lane_name).saying("a dog").served_by(alphas);
    const auto made = must(tasks().submission->submit_modal({"ann", false}, answered, seconds(5)));
    CHECK(made.what == verdict::accepted);
    CHECK(made.id == id);
    CHECK(made.immediate);
    const auto taken = claim();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].submission == "a dog");
    CHECK(taken[0].record.lane == lane_name);
    CHECK(taken[0].record.deadline == now() + 3'600'000);
    CHECK(due().size() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a modal is answered once, by those who see it, within the limits") {
    const auto id = submit(a_task().as_modal());
    const auto answered = a_task().named(id).in(lane_name);
    CHECK(
        refused(tasks().submission->submit_modal({"bob", false}, answered, seconds(5)))
        == failure_kind::not_found
    );
    submit(a_task().by("bob"));
    auto tight = a_task().named(id).in(lane_name).limited_to(1);
    CHECK(
        must(tasks().submission->submit_modal(everybody, tight, seconds(5))).what
        == verdict::queue_full
    );
    must(tasks().operating->register_callers({{"ann", 1, 1, 0}}));
    submit();
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::caller_full
    );
    CHECK(record(id).state == task::state::modal);
    claim(9);
    must(tasks().submission->submit_modal(everybody, answered, seconds(5)));
    CHECK(
        refused(tasks().submission->submit_modal(everybody, answered, seconds(5)))
        == failure_kind::conflict
    );
}

TEST_CASE_FIXTURE(submitting, "the answer of a modal replays by its idempotency key") {
    const auto id = submit(a_task().as_modal());
    const auto answered = a_task().named(id).in(lane_name).keyed("m");
    const scope ann{"ann", false};
    must(tasks().submission->submit_modal(ann, answered, seconds(5)));
    CHECK(
        must(tasks().submission->submit_modal(ann, answered, seconds(5))).what == verdict::replayed
    );
    const auto other = a_task().named(id).in(lane_name).keyed("m", "other");
    CHECK(
        must(tasks().submission->submit_modal(ann, other, seconds(5))).what == verdict::key_reused
    );
    CHECK(waiting() == 1);
}

TEST_CASE_FIXTURE(submitting, "a modal nobody answers is cancelled after an hour") {
    const auto id = submit(a_task().as_modal().hooked());
    advance(seconds(3599));
    CHECK(must(tasks().work->promote(10)) == 0);
    advance(seconds(1));
    CHECK(must(tasks().work->promote(10)) == 1);
    CHECK(record(id).fail_code == task::fail_code::cancelled);
    CHECK(due().size() == 1);
    CHECK(complaints().empty());
}

} // namespace imagined::test
