// A failed task once more, from the answers that were paid for it.

#include "queue_fixture.hpp"

#include <algorithm>

namespace imagined::test {

namespace {

class resubmitting : public queue_fixture {
public:
    // A task whose one call was paid, and that failed all the same.
    std::string paid_failure(new_task task = a_task().by("ann").saying("the request")) {
        const std::string id = submit(std::move(task));
        const auto held = lease();
        REQUIRE(call(held) == call_permit::granted);
        answer(held);
        finish(held, false);
        return id;
    }

    new_task again() {
        new_task task;
        task.lane = lane_name;
        task.event = {task::event_kind::resubmitted, {"1"}};
        return task;
    }

    awaitable<result<submitted>>
    resubmitted(std::string of, new_task task, std::vector<int> calls, bool complete) {
        return tasks().operating->resubmit(
            std::move(of), std::move(task), std::move(calls), complete
        );
    }

    submitted resubmit(const std::string& of, std::vector<int> calls, bool complete) {
        return must(resubmitted(of, again(), std::move(calls), complete));
    }

    std::int64_t spent() { return must(tasks().reading->stats({})).spent_micros_today; }
};

} // namespace

TEST_CASE_FIXTURE(resubmitting, "a paid answer is taken over: only to be stored, and for nothing") {
    const std::string first = paid_failure();
    const auto spent_before = spent();
    advance(seconds(5));
    const auto made = resubmit(first, {0}, true);
    REQUIRE(made.what == submitted::verdict::accepted);
    CHECK(made.id > first);
    CHECK(claim().empty()); // nothing is asked for
    const auto taken = claim_storing();
    REQUIRE(taken.size() == 1);
    const auto& record = taken[0].record;
    CHECK(record.id == made.id);
    CHECK(record.caller == "ann");
    CHECK(record.cost_micros == 0);
    CHECK(record.billed == "no");
    CHECK(record.called == this->record(first).called); // the links live from then on
    CHECK(taken[0].submission == "the request");
    REQUIRE(record.calls.size() == 1);
    CHECK(record.calls[0].now == task::call::state::answered);
    CHECK_FALSE(record.calls[0].answer.empty());
    finish(token_of(taken[0]));
    CHECK(spent() == spent_before);
    CHECK(this->record(first).state == task::state::failure);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(resubmitting, "where something is missing it waits in its own lane") {
    const auto made = resubmit(paid_failure(), {0}, false);
    CHECK(claim_storing().empty());
    const auto taken = claim();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].record.id == made.id);
    CHECK(taken[0].record.calls.size() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(resubmitting, "it has its own deadline, and its hook") {
    const std::string first = paid_failure(a_task().by("ann").hooked());
    advance(std::chrono::hours(2));
    const auto made = resubmit(first, {0}, false);
    const auto taken = claim();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].record.deadline > now());
    finish(token_of(taken[0]));
    const auto owed = due();
    CHECK(std::any_of(owed.begin(), owed.end(), [&made](const queue::due_event& one) {
        return one.record.id == made.id;
    }));
}

TEST_CASE_FIXTURE(resubmitting, "nothing is made of a task that goes on, or of a missing answer") {
    const std::string open = submit();
    CHECK(refused(resubmitted(open, again(), {}, false)) == failure_kind::conflict);
    const std::string failed = paid_failure();
    CHECK(refused(resubmitted(failed, again(), {1}, true)) == failure_kind::conflict);
    CHECK(refused(resubmitted("1700000000000000", again(), {0}, true)) == failure_kind::not_found);
    CHECK(claim_storing().empty());
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(resubmitting, "a full queue and a paused intake refuse it") {
    const std::string failed = paid_failure();
    submit();
    auto full = again();
    full.queue_limit = 1;
    CHECK(must(resubmitted(failed, full, {0}, false)).what == submitted::verdict::queue_full);
    CHECK(must(resubmitted(failed, full, {0}, true)).what == submitted::verdict::accepted);
    must(tasks().operating->switch_queue("op", {.pause_intake = true, .pause_dispatch = {}}));
    CHECK(resubmit(failed, {0}, true).what == submitted::verdict::intake_paused);
}

} // namespace imagined::test
