// A Redis that cannot write: every verb is refused whole, and reading goes on.
#include "redis_fixture.hpp"

namespace imagined::test {

namespace {

struct trouble : redis_fixture {
    void run_out_of_memory() { raw.command({"CONFIG", "SET", "maxmemory", "1"}); }

    ~trouble() { raw.command({"CONFIG", "SET", "maxmemory", "0"}); }

    // Every key with its value, to see that nothing at all has changed.
    std::vector<std::string> dump() {
        auto keys = raw.list({"KEYS", "*"});
        std::sort(keys.begin(), keys.end());
        std::vector<std::string> all;
        all.reserve(2 * keys.size());
        for (const auto& name : keys) {
            all.push_back(name);
            all.push_back(raw.text({"DUMP", name}));
        }
        return all;
    }
};

} // namespace

TEST_CASE_FIXTURE(trouble, "out of memory, no verb is done by half") {
    const auto waiting = submit(a_task().hooked());
    const auto held = lease();
    const auto delayed = submit(a_task());
    const auto released = lease();
    must(tasks().work->release(released, "", seconds(5), "later"));
    submit(a_task().as_modal());
    const auto storing_id = submit(a_task());
    const auto storing = lease();
    CHECK(call(storing) == call_permit::granted);
    REQUIRE(storing.id == storing_id);
    const auto due_events = due(1);
    REQUIRE(due_events.size() == 1);
    advance(std::chrono::hours(2)); // leases have run out, deadlines are past, modals unanswered
    const auto before = dump();
    queue::ending won;
    won.success = true;
    won.view = "{}";

    run_out_of_memory();
    // The tests' own client throws what the program's client tells as `unavailable`; a batch
    // turns that into a failure.
    CHECK_FALSE(run(tasks().submission->submit(a_task(), milliseconds(100))).has_value());
    CHECK_THROWS(run(tasks().submission->cancel(everybody, waiting, "why")));
    CHECK_THROWS(run(tasks().submission->cancel(everybody, delayed, "why")));
    CHECK_THROWS(run(tasks().work->claim("w2", 9, seconds(1), {{lane_name, {{"alpha:1", 2}}}})));
    CHECK_FALSE(run(tasks().work->stored(storing, 0, "answer", true, 1)).has_value());
    CHECK_THROWS(run(tasks().work->adopt(storing, 0, "answer", 1)));
    CHECK_THROWS(run(tasks().work->lost(storing, 0, "why")));
    CHECK_THROWS(run(tasks().work->not_started(storing, 0, {})));
    CHECK_FALSE(run(tasks().work->finish(held, won)).has_value());
    CHECK_THROWS(run(tasks().work->release(held, "", milliseconds(0), "why")));
    CHECK_THROWS(run(tasks().work->reap(9)));
    CHECK_THROWS(run(tasks().work->promote(9)));
    CHECK_FALSE(run(tasks().outbox->delivered(due_events[0], "200")).has_value());
    CHECK_THROWS(run(tasks().outbox->failed(due_events[0], std::nullopt, "500")));
    CHECK_THROWS(run(tasks().outbox->gone(due_events[0], "410")));
    CHECK(must(tasks().reading->read(everybody, {waiting})).size() == 1);
    CHECK(must(tasks().reading->history(waiting)).events.size() >= 2);
    CHECK(must(tasks().reading->stats({})).modal == 1);
    CHECK(dump() == before);
}

} // namespace imagined::test
