// Callbacks: every transition's event is owed with it, in order, one at a time per task.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

struct outbox : queue_fixture {
    token hooked_lease() {
        submit(a_task().hooked());
        return lease();
    }

    void progress(const token& held, int percent) {
        must(tasks().work->progress({{held, percent}}));
    }

    void delivered(queue::due_event event) {
        must(tasks().outbox->delivered(std::move(event), ""));
    }

    void failed(queue::due_event event, std::optional<milliseconds> delay) {
        must(tasks().outbox->failed(std::move(event), delay, "callback 500"));
    }

    queue::due_event one_due() {
        auto events = due();
        REQUIRE(events.size() == 1);
        return events.front();
    }

    // Delivers everything that is due, one after the other, as "STATUS progress".
    std::vector<std::string> deliver_all() {
        std::vector<std::string> seen;
        for (auto events = due(); !events.empty(); events = due()) {
            for (auto& event : events) {
                seen.push_back(event.status + " " + event.progress);
                delivered(event);
            }
        }
        return seen;
    }
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(
    outbox, "events of a task are delivered in order, the terminal one last, with its view"
) {
    const auto held = hooked_lease();
    call(held);
    progress(held, 40);
    answer(held);
    finish(held);
    names seen;
    std::uint64_t last = 0;
    for (auto events = due(); !events.empty(); events = due()) {
        REQUIRE(events.size() == 1);
        CHECK(events[0].sequence > last);
        CHECK(events[0].attempt == 0);
        CHECK(events[0].terminal == (events[0].status == "SUCCESS"));
        CHECK(events[0].view == (events[0].terminal ? R"({"view":1})" : ""));
        CHECK(events[0].submission == "a cat");
        last = events[0].sequence;
        seen.push_back(events[0].status + " " + events[0].progress);
        delivered(events[0]);
    }
    CHECK(seen == names{"SUBMITTED 0%", "IN_PROGRESS 40%", "SUCCESS 100%"});
    CHECK(must(tasks().reading->stats({})).outbox == 0);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "a task without a hook owes nothing") {
    submit();
    const auto held = lease();
    call(held);
    progress(held, 30);
    answer(held);
    finish(held);
    CHECK(due().empty());
    CHECK(refused(tasks().operating->replay_callback(held.id)) == conflict);
}

TEST_CASE_FIXTURE(outbox, "only the head of a task is out at a time; other tasks go on") {
    const auto held = hooked_lease();
    call(held);
    const auto first = one_due();
    CHECK(first.status == "SUBMITTED");
    CHECK(due().empty());
    hooked_lease();
    CHECK(one_due().record.id != held.id);
    delivered(first);
    CHECK(one_due().status == "IN_PROGRESS");
}

TEST_CASE_FIXTURE(outbox, "a courier that dies loses its turn, and its word") {
    const auto held = hooked_lease();
    const auto first = one_due();
    advance(milliseconds(29'999));
    CHECK(due().empty());
    advance(milliseconds(1));
    const auto again = one_due();
    CHECK(again.sequence == first.sequence);
    CHECK(refused(tasks().outbox->delivered(first, "")) == conflict);
    CHECK(refused(tasks().outbox->failed(first, seconds(5), "x")) == conflict);
    delivered(again);
    CHECK(due().empty());
    CHECK(refused(tasks().outbox->delivered(again, "")) == conflict);
}

TEST_CASE_FIXTURE(outbox, "who writes an event may take it along; then nobody else finds it") {
    submit(a_task().hooked());
    const std::vector<queue::lane> asked{{lane_name, {{"alpha:1", 100}}}};
    auto taken = must(tasks().work->claim("w1", 1, seconds(15), asked, seconds(20)));
    REQUIRE(taken.tasks.size() == 1);
    const auto& task = taken.tasks.front();
    REQUIRE(task.event);
    CHECK(due().empty());
    queue::due_event first;
    first.record.id = task.record.id;
    first.nonce = task.event->nonce;
    const token held{task.record.id, task.record.attempt, task.record.nonce};

    SUBCASE("the next event waits for it, and is found by everybody") {
        queue::call_marker marker;
        marker.backend = "alpha";
        marker.slot = {"alpha:1", 2};
        marker.event_lease = seconds(20);
        CHECK_FALSE(must(tasks().work->calling(held, marker)).event);
        CHECK(due().empty());
        delivered(first);
        CHECK(one_due().status == "IN_PROGRESS");
    }
    SUBCASE("each one in its turn") {
        delivered(first);
        queue::call_marker marker;
        marker.backend = "alpha";
        marker.slot = {"alpha:1", 2};
        marker.event_lease = seconds(20);
        const auto second = must(tasks().work->calling(held, marker)).event;
        REQUIRE(second);
        CHECK(second->sequence > task.event->sequence);
        CHECK(due().empty());
        queue::due_event next = first;
        next.nonce = second->nonce;
        CHECK(refused(tasks().outbox->delivered(first, "")) == conflict);
        delivered(next);
        answer(held);
        queue::ending how;
        how.success = true;
        how.view = "{}";
        how.event_lease = seconds(20);
        const auto last = must(tasks().work->finish(held, how));
        REQUIRE(last);
        CHECK(due().empty());
        next.nonce = last->nonce;
        delivered(next);
        CHECK(must(tasks().reading->stats({})).outbox == 0);
    }
    SUBCASE("a deliverer that dies leaves it to others, when its time is over") {
        advance(milliseconds(19'999));
        CHECK(due().empty());
        advance(milliseconds(1));
        CHECK(one_due().sequence == task.event->sequence);
        CHECK(refused(tasks().outbox->delivered(first, "")) == conflict);
    }
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "an event that was given back untried is due after the delay") {
    const auto held = hooked_lease();
    const auto first = one_due();
    must(tasks().outbox->release(first, milliseconds(1000)));
    CHECK(due().empty());
    advance(milliseconds(1000));
    const auto again = one_due();
    CHECK(again.sequence == first.sequence);
    CHECK(again.attempt == 0);
    CHECK(refused(tasks().outbox->release(first, milliseconds(0))) == conflict);
    SUBCASE("one that failed before gives way to a newer one, as when it fails") {
        failed(again, seconds(0));
        const auto retried = one_due();
        CHECK(retried.attempt == 1);
        call(held);
        must(tasks().outbox->release(retried, seconds(30)));
        CHECK(one_due().status == "IN_PROGRESS");
    }
    SUBCASE("one that never failed does not") {
        call(held);
        must(tasks().outbox->release(again, seconds(0)));
        CHECK(one_due().status == "SUBMITTED");
    }
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "an event without a lease settles nothing") {
    hooked_lease();
    const auto event = one_due();
    failed(event, seconds(0));
    auto nobody = event;
    nobody.nonce = "";
    CHECK(refused(tasks().outbox->delivered(nobody, "")) == conflict);
    CHECK(refused(tasks().outbox->failed(nobody, {}, "x")) == conflict);
    CHECK(refused(tasks().outbox->gone(nobody, "x")) == conflict);
    CHECK(refused(tasks().outbox->release(nobody, seconds(0))) == conflict);
    CHECK(one_due().sequence == event.sequence);
}

TEST_CASE_FIXTURE(outbox, "unsent progress coalesces to the newest") {
    const auto held = hooked_lease();
    call(held);
    for (int percent : {10, 20, 30}) {
        progress(held, percent);
    }
    answer(held);
    finish(held);
    CHECK(deliver_all() == names{"SUBMITTED 0%", "IN_PROGRESS 30%", "SUCCESS 100%"});
}

TEST_CASE_FIXTURE(outbox, "progress does not replace the event that is under way") {
    const auto held = hooked_lease();
    delivered(one_due());
    call(held);
    const auto first = one_due();
    progress(held, 10);
    progress(held, 20);
    delivered(first);
    CHECK(deliver_all() == names{"IN_PROGRESS 20%"});
}

TEST_CASE_FIXTURE(outbox, "progress of a lost lease is passed over") {
    const auto held = hooked_lease();
    deliver_all();
    auto stale = held;
    stale.nonce = "00";
    must(tasks().work->progress({{stale, 50}, {held, 60}}));
    CHECK(deliver_all() == names{"IN_PROGRESS 60%"});
}

TEST_CASE_FIXTURE(outbox, "a failed delivery is tried again after its delay, as the same event") {
    hooked_lease();
    const auto first = one_due();
    failed(first, seconds(5));
    advance(milliseconds(4'999));
    CHECK(due().empty());
    advance(milliseconds(1));
    const auto again = one_due();
    CHECK(again.sequence == first.sequence);
    CHECK(again.attempt == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "a failed event leaves at once when a newer one is there") {
    const auto held = hooked_lease();
    const auto first = one_due();
    call(held);
    failed(first, seconds(3600));
    const auto next = one_due();
    CHECK(next.status == "IN_PROGRESS");
    CHECK(next.attempt == 0);
}

TEST_CASE_FIXTURE(
    outbox, "a newer event takes the place of one that waits for its next try, at once"
) {
    const auto held = hooked_lease();
    failed(one_due(), seconds(3600));
    CHECK(due().empty());
    call(held);
    const auto next = one_due();
    CHECK(next.status == "IN_PROGRESS");
    CHECK(next.attempt == 0);
    delivered(next);
    CHECK(due().empty());
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "a newer event does not take the place of one that is under way again") {
    const auto held = hooked_lease();
    failed(one_due(), seconds(5));
    advance(seconds(5));
    const auto again = one_due();
    call(held);
    delivered(again);
    CHECK(deliver_all() == names{"IN_PROGRESS 1%"});
}

TEST_CASE_FIXTURE(outbox, "an event given up is gone; a terminal one becomes a dead letter") {
    const auto held = hooked_lease();
    failed(one_due(), {});
    CHECK(due().empty());
    CHECK(must(tasks().reading->stats({})).dead_letters == 0);
    finish(held);
    const auto terminal = one_due();
    failed(terminal, {});
    CHECK(must(tasks().reading->stats({})).dead_letters == 1);
    CHECK(must(tasks().reading->stats({})).outbox == 0);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "a dead letter is replayed as the same event") {
    const auto held = hooked_lease();
    deliver_all();
    finish(held);
    const auto terminal = one_due();
    failed(terminal, {});
    must(tasks().operating->replay_callback(held.id));
    CHECK(must(tasks().reading->stats({})).dead_letters == 0);
    const auto again = one_due();
    CHECK(again.sequence == terminal.sequence);
    CHECK(again.status == "SUCCESS");
    CHECK(again.terminal);
    CHECK(again.attempt == 0);
    CHECK(refused(tasks().operating->replay_callback(held.id)) == conflict); // owed already
    delivered(again);
    must(tasks().operating->replay_callback(held.id)); // delivered ones as well
    CHECK(one_due().sequence == terminal.sequence);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(
    outbox, "after 410 nothing more of a task is owed, and a person may still replay it"
) {
    const auto held = hooked_lease();
    const auto first = one_due();
    progress(held, 40);
    must(tasks().outbox->gone(first, "callback SUBMITTED 410"));
    CHECK(due().empty());
    CHECK(refused(tasks().outbox->gone(first, "again")) == conflict);
    finish(held);
    CHECK(due().empty());
    CHECK(must(tasks().reading->stats({})).outbox == 0);
    must(tasks().operating->replay_callback(held.id));
    CHECK(one_due().status == "SUCCESS");
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "a task that has not ended can not be replayed") {
    const auto held = hooked_lease();
    deliver_all();
    CHECK(refused(tasks().operating->replay_callback(held.id)) == conflict);
}

TEST_CASE_FIXTURE(outbox, "every end is called back: cancel, time-out, ambiguity") {
    submit(a_task().hooked().within(seconds(1)));
    const auto cancelled = submit(a_task().hooked());
    must(tasks().submission->cancel(everybody, cancelled, "x"));
    advance(seconds(1));
    must(tasks().work->promote(9));
    const auto held = hooked_lease();
    call(held);
    deliver_all();
    advance(milliseconds(182'001));
    must(tasks().work->reap(9));
    CHECK(deliver_all() == names{"FAILURE 100%"});
}

TEST_CASE_FIXTURE(outbox, "claiming an attempt again does not say SUBMITTED again") {
    const auto held = hooked_lease();
    deliver_all();
    must(tasks().work->release(held, "", {}, "x"));
    lease();
    CHECK(due().empty());
}

TEST_CASE_FIXTURE(outbox, "a claim of events takes at most what is asked for") {
    for (int i = 0; i < 3; ++i) {
        hooked_lease();
    }
    CHECK(due(2).size() == 2);
    CHECK(due(2).size() == 1);
}

// -- Retention
TEST_CASE_FIXTURE(outbox, "an ended task is forgotten after its time, without a trace") {
    const auto id = submit();
    const auto held = lease();
    call(held);
    answer(held);
    finish(held);
    CHECK(must(tasks().work->forget(seconds(100), 9)) == 0);
    advance(seconds(100));
    CHECK(must(tasks().work->forget(seconds(100), 9)) == 1);
    CHECK(must(tasks().reading->read(everybody, {id})).empty());
    for (const auto& name : trace()) {
        CHECK(name.find(id) == std::string::npos);
    }
    CHECK(must(tasks().reading->newest(everybody, 9)).empty());
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(outbox, "an open task is never forgotten") {
    submit();
    lease();
    submit();
    submit(a_task().as_modal());
    advance(seconds(1'000'000));
    CHECK(must(tasks().work->forget(seconds(0), 9)) == 0);
}

TEST_CASE_FIXTURE(
    outbox, "a task that owes a callback, or has a dead letter, is kept until it is settled"
) {
    const auto held = hooked_lease();
    deliver_all();
    finish(held);
    advance(seconds(100));
    CHECK(must(tasks().work->forget(seconds(100), 9)) == 0);
    failed(one_due(), {});
    advance(seconds(3700));
    CHECK(must(tasks().work->forget(seconds(100), 9)) == 0);
    must(tasks().operating->replay_callback(held.id));
    deliver_all();
    advance(seconds(3700));
    CHECK(must(tasks().work->forget(seconds(100), 9)) == 1);
}

TEST_CASE_FIXTURE(
    outbox, "a cancelled task is kept while its call may still be answered and billed"
) {
    submit();
    const auto held = lease();
    call(held);
    must(tasks().submission->cancel(everybody, held.id, "x"));
    CHECK(must(tasks().work->forget(seconds(0), 9)) == 0);
    CHECK(refused(tasks().work->stored(held, 0, "{}", true, 5)) == conflict);
    CHECK(record(held.id).cost_micros == 5);
    advance(seconds(3700));
    CHECK(must(tasks().work->forget(seconds(0), 9)) == 1);
}

} // namespace imagined::test
