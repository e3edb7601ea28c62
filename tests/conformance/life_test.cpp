// The straight life of a task, from submit to its delivered callback, and its refusals.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

struct life : queue_fixture {};

} // namespace

TEST_CASE_FIXTURE(life, "a submitted task waits, is visible to its caller and to nobody else") {
    const auto made = try_submit();
    CHECK(made.what == submitted::verdict::accepted);
    CHECK(made.ahead == 0);
    CHECK_FALSE(made.immediate);
    const auto seen = must(tasks().reading->read({"ann", false}, {made.id}));
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().record.state == task::state::queued);
    CHECK(seen.front().record.submitted == now());
    CHECK(seen.front().record.deadline == now() + 3'600'000);
    CHECK(seen.front().submission == "a cat");
    CHECK(must(tasks().reading->read({"bob", false}, {made.id})).empty());
    CHECK(must(tasks().reading->read(everybody, {made.id, "1", made.id})).size() == 2);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "a claim leases the oldest task with a reserved place") {
    const auto first = submit();
    const auto second = submit();
    const auto taken = claim();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].record.id == first);
    CHECK(taken[0].slot == "alpha:1");
    CHECK(taken[0].record.attempt == 1);
    CHECK(taken[0].record.nonce.size() > 20);
    CHECK(taken[0].record.worker == "w1");
    CHECK(taken[0].submission == "a cat");
    CHECK(record(first).state == task::state::leased);
    CHECK(record(second).state == task::state::queued);
    CHECK(in_flight("alpha:1") == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "a claim takes at most what is asked for and says what else waits") {
    for (int i = 0; i < 5; ++i) {
        submit();
    }
    submit(a_task().in("upscale/V_2"));
    const auto answer =
        must(tasks().work->claim("w1", 3, seconds(15), {{lane_name, {{"alpha:1", 100}}}}));
    CHECK(answer.tasks.size() == 3);
    CHECK(answer.lanes.size() == 2);
}

TEST_CASE_FIXTURE(life, "a claim goes on to the next slot of the lane when the first is full") {
    for (int i = 0; i < 6; ++i) {
        submit();
    }
    const auto taken = claim(6);
    REQUIRE(taken.size() == 4);
    CHECK(taken[1].slot == "alpha:1");
    CHECK(taken[2].slot == "beta:1");
    CHECK(taken[3].slot == "beta:1");
    CHECK(claim(6).empty());
    CHECK(waiting() == 2);
}

TEST_CASE_FIXTURE(life, "the call marker is durable, with its deadline, before the call") {
    const auto id = submit();
    const auto held = lease();
    advance(seconds(1));
    REQUIRE(call(held) == call_permit::granted);
    const auto seen = record(id);
    CHECK(seen.state == task::state::calling);
    CHECK(seen.called == now());
    const auto calls = must(tasks().reading->history(id)).calls;
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].now == task::call::state::in_flight);
    CHECK(calls[0].first_picture == 1);
    CHECK(calls[0].count == 1);
    CHECK(calls[0].slot == "alpha:1");
    CHECK(calls[0].started == now());
    CHECK(calls[0].deadline == now() + 180'000);
    CHECK(complaints().empty());
    advance(seconds(180));
    CHECK(in_flight("alpha:1") == 1);
    advance(milliseconds(1));
    CHECK(in_flight("alpha:1") == 0);
}

TEST_CASE_FIXTURE(life, "a recorded answer is booked and frees its place") {
    const auto id = submit();
    const auto held = lease();
    call(held);
    answer(held, 0, true, 80'000);
    const auto seen = record(id);
    CHECK(seen.state == task::state::storing);
    CHECK(seen.cost_micros == 80'000);
    CHECK(seen.billed == "yes");
    CHECK(in_flight("alpha:1") == 0);
    const auto stats = must(tasks().reading->stats({}));
    CHECK(stats.spent_micros_today == 80'000);
    REQUIRE(stats.spent_by_backend_today.size() == 1);
    CHECK(stats.spent_by_backend_today[0].first == "alpha");
    CHECK(must(tasks().reading->history(id)).calls.at(0).answer == R"({"paid":1})");
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "finish writes the end once") {
    const auto id = submit();
    const auto held = lease();
    call(held);
    answer(held);
    advance(seconds(2));
    finish(held);
    const auto seen = must(tasks().reading->read(everybody, {id})).front();
    CHECK(seen.record.state == task::state::success);
    CHECK(seen.record.finished == now());
    CHECK(seen.record.nonce.empty());
    CHECK(seen.view == R"({"view":1})");
    queue::ending again;
    again.view = "other";
    CHECK(refused(tasks().work->finish(held, again)) == conflict);
    CHECK(must(tasks().reading->read(everybody, {id})).front().view == R"({"view":1})");
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "a failure keeps its code and reason") {
    const auto id = submit();
    finish(lease(), false);
    const auto seen = record(id);
    CHECK(seen.state == task::state::failure);
    CHECK(seen.fail_code == task::fail_code::backend_refused);
    CHECK(seen.fail_reason == "no luck");
    CHECK(in_flight("alpha:1") == 0);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "every write of a worker is refused when its token is not the lease's") {
    const auto id = submit();
    const auto held = lease();
    call(held, 0);
    const auto before = record(id);
    std::vector<token> wrong{held, held, held};
    wrong[0].attempt += 1;
    wrong[1].nonce = "00";
    wrong[2].nonce = "";
    for (const auto& stale : wrong) {
        call_marker marker;
        marker.index = 1;
        marker.slot = {"alpha:1", 100};
        CHECK(refused(tasks().work->calling(stale, marker)) == conflict);
        CHECK(refused(tasks().work->lost(stale, 0, "x")) == conflict);
        CHECK(refused(tasks().work->finish(stale, {})) == conflict);
        CHECK(refused(tasks().work->release(stale, "", {}, "x")) == conflict);
        CHECK(must(tasks().work->renew("w9", 1, seconds(99), {stale})).size() == 1);
    }
    const auto after = record(id);
    CHECK(after.sequence == before.sequence);
    CHECK(after.state == task::state::calling);
    CHECK(must(tasks().reading->history(id)).calls.size() == 1);
    advance(seconds(15));
    CHECK(must(tasks().work->reap(9)) == 0);
    advance(milliseconds(1));
    CHECK(must(tasks().work->reap(9)) == 1); // nobody has extended it
}

TEST_CASE_FIXTURE(life, "a task without an id, or that never was, is missing or stale") {
    CHECK(
        refused(tasks().submission->cancel(everybody, "1234567890123450", "x"))
        == failure_kind::not_found
    );
    CHECK(refused(tasks().reading->history("1234567890123450")) == failure_kind::not_found);
    CHECK(
        refused(tasks().operating->replay_callback("1234567890123450")) == failure_kind::not_found
    );
    CHECK(
        refused(tasks().work->adopt({"1234567890123450", 1, "n"}, 0, "{}", 1))
        == failure_kind::not_found
    );
    CHECK(refused(tasks().work->finish({"1234567890123450", 1, "n"}, {})) == conflict);
}

TEST_CASE_FIXTURE(life, "the history tells each transition in order") {
    const auto id = submit();
    const auto held = lease();
    call(held);
    answer(held);
    finish(held);
    const auto told = must(tasks().reading->history(id));
    const auto& events = told.events;
    REQUIRE(events.size() == 5);
    using enum task::event_kind;
    CHECK(events[0].what == task::happening{submitted});
    CHECK(events[1].what == task::happening{claimed, {"w1"}});
    CHECK(events[2].what == task::happening{called, {"alpha:1", "1", "1"}});
    CHECK(events[3].what == task::happening{answered, {"alpha:1"}});
    CHECK(events[4].what == task::happening{stored, {"1"}});
    for (std::size_t i = 0; i < events.size(); ++i) {
        CHECK(events[i].sequence == i + 1);
    }
}

TEST_CASE_FIXTURE(life, "a task that ends at once is a success with its view and one callback") {
    const auto made = try_submit(a_task().hooked().ended(R"({"u":1})"));
    CHECK(made.immediate);
    const auto seen = must(tasks().reading->read(everybody, {made.id})).front();
    CHECK(seen.record.state == task::state::success);
    CHECK(seen.view == R"({"u":1})");
    const auto events = due();
    REQUIRE(events.size() == 1);
    CHECK(events[0].status == "SUCCESS");
    CHECK(events[0].terminal);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(life, "observed durations become the estimate of the next call") {
    const auto first = submit();
    const auto held = lease();
    call(held);
    CHECK(record(first).expected == 0);
    advance(seconds(8));
    answer(held);
    submit();
    const auto next = lease();
    CHECK(
        must(tasks().work->calling(
                 next, {0, "alpha", {"alpha:1", 9}, 1, 1, seconds(180), "generate/V_3/DEFAULT"}
             ))
            .expected_ms
        == 8000
    );
    advance(seconds(4));
    answer(next);
    const auto durations = must(tasks().reading->stats({})).durations_ms;
    REQUIRE(durations.size() == 1);
    CHECK(durations[0].first == "generate/V_3/DEFAULT");
    CHECK(durations[0].second == 7000);
}

TEST_CASE_FIXTURE(life, "ids have 16 digits and increase, also when the clock steps back") {
    std::vector<std::string> ids;
    for (int i = 0; i < 300; ++i) {
        if (i == 100) {
            advance(-seconds(3600));
        }
        if (i == 200) {
            advance(seconds(3600));
        }
        ids.push_back(i % 2 == 0 ? must(tasks().submission->reserve_id()) : submit());
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        CHECK(ids[i].size() == 16);
        CHECK(ids[i].back() == '0');
        if (i > 0) {
            CHECK(ids[i] > ids[i - 1]);
        }
    }
}

TEST_CASE_FIXTURE(life, "a task takes the id that was reserved for it, once") {
    const auto id = must(tasks().submission->reserve_id());
    CHECK(submit(a_task().named(id)) == id);
    const auto again = a_task().named(id).by("ann").in(lane_name);
    CHECK(refused(tasks().submission->submit(again, seconds(5))) == conflict);
    CHECK(waiting() == 1);
}

} // namespace imagined::test
