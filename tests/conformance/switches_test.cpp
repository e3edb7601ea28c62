// What operators turn off and on: who heeds it, what goes on all the same, and the list of it all.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

using verdict = submitted::verdict;

const slot only_place{"alpha:1", 1};

struct operators : queue_fixture {
    queue::switches turn_intake(bool pause) {
        return must(tasks().operating->switch_queue(
            "operator", {.pause_intake = pause, .pause_dispatch = {}}
        ));
    }

    queue::switches turn_dispatch(bool pause) {
        return must(tasks().operating->switch_queue(
            "operator", {.pause_intake = {}, .pause_dispatch = pause}
        ));
    }

    queue::switches pause_channel(std::string name, bool pause = true) {
        return must(tasks().operating->switch_channel(
            "operator", {.name = std::move(name), .pause = pause, .limit = std::nullopt}
        ));
    }

    queue::switches limit_channel(std::string name, int limit) {
        return must(tasks().operating->switch_channel(
            "operator", {.name = std::move(name), .pause = std::nullopt, .limit = limit}
        ));
    }

    void reset(const std::string& name = "alpha", const std::string& backend = "alpha") {
        must(tasks().operating->reset_channel("operator", name, backend, {"alpha:1", "alpha:2"}));
    }

    // How many of several waiting tasks find a place at these slots.
    std::size_t places_at(std::vector<slot> slots) {
        for (int i = 0; i < 5; ++i) {
            submit();
        }
        const auto taken = claim(5, "w1", std::move(slots));
        for (const auto& one : taken) {
            must(tasks().work->release(token_of(one), "", {}, "only looked"));
        }
        return taken.size();
    }

    token calling_task() {
        submit();
        const auto taken = claim(1, "w1", {only_place});
        REQUIRE(taken.size() == 1);
        REQUIRE(call(token_of(taken[0]), 0, only_place) == call_permit::granted);
        return token_of(taken[0]);
    }

    // The one call of a fresh task fails.
    void fail(key_verdict how) { must(tasks().work->not_started(calling_task(), 0, how)); }

    std::vector<queue::operator_action> actions() {
        return must(tasks().operating->activity(1000));
    }

    bool channel_is_open(const std::string& name) {
        submit();
        return claim(1, "w1", {{name, 1}}).size() == 1;
    }
};

} // namespace

TEST_CASE_FIXTURE(
    operators, "while intake is paused nothing is created, and replays are answered"
) {
    const auto first = try_submit(a_task().keyed("k"));
    CHECK(turn_intake(true).intake_paused_since == now());
    const auto refused = try_submit();
    CHECK(refused.what == verdict::intake_paused);
    CHECK(refused.id.empty());
    CHECK(try_submit(a_task().as_modal()).what == verdict::intake_paused);
    CHECK(try_submit(a_task().ended("{}")).what == verdict::intake_paused);
    CHECK(waiting() == 1);
    const auto again = try_submit(a_task().keyed("k"));
    CHECK(again.what == verdict::replayed);
    CHECK(again.id == first.id);
    CHECK(try_submit(a_task().keyed("k", "other")).what == verdict::key_reused);
    CHECK(claim().size() == 1); // what was taken before goes on
    CHECK(turn_intake(false).intake_paused_since == 0);
    CHECK(try_submit().what == verdict::accepted);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(operators, "a modal stays unanswered while intake is paused") {
    const auto id = submit(a_task().as_modal());
    auto answered = a_task().named(id).keyed("k");
    turn_intake(true);
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::intake_paused
    );
    CHECK(record(id).state == task::state::modal);
    turn_intake(false);
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::accepted
    );
    turn_intake(true);
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::replayed
    );
}

TEST_CASE_FIXTURE(operators, "while dispatch is paused only what is paid is claimed") {
    submit();
    const auto paid = lease();
    REQUIRE(call(paid) == call_permit::granted);
    answer(paid);
    advance(milliseconds(15'001)); // its worker is dead
    must(tasks().work->reap(10));
    submit();
    must(tasks().work->renew("w1", 5, seconds(15), {}));
    CHECK(turn_dispatch(true).dispatch_paused_since == now());
    CHECK(claim().empty());
    CHECK(claim_storing().size() == 1);
    CHECK_FALSE(try_submit(a_task().served_by({{"beta:1", 9}})).immediate);
    turn_dispatch(false);
    CHECK(try_submit(a_task().served_by({{"beta:1", 9}})).immediate);
    CHECK(claim(9).size() == 3);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(operators, "what was claimed before dispatch was paused goes on") {
    submit();
    const auto held = lease();
    turn_dispatch(true);
    CHECK(call(held) == call_permit::granted);
    answer(held);
    finish(held);
}

TEST_CASE_FIXTURE(operators, "a paused slot has no place, not even one that was reserved") {
    submit();
    const auto reserved = claim(1, "w1", {only_place});
    REQUIRE(reserved.size() == 1);
    const auto told = pause_channel("alpha:1");
    REQUIRE(told.channels.size() == 1);
    CHECK(told.channels[0].name == "alpha:1");
    CHECK(told.channels[0].paused_since == now());
    CHECK(call(token_of(reserved[0]), 0, only_place) == call_permit::no_slot);
    CHECK_FALSE(channel_is_open("alpha:1"));
    CHECK(channel_is_open("alpha:2"));
    CHECK(pause_channel("alpha:1", false).channels.empty());
    CHECK(call(token_of(reserved[0]), 0, only_place) == call_permit::granted);
}

TEST_CASE_FIXTURE(operators, "a paused backend has no place at any of its slots") {
    pause_channel("alpha");
    CHECK_FALSE(channel_is_open("alpha:1"));
    CHECK_FALSE(channel_is_open("alpha:2"));
    CHECK(channel_is_open("beta:1"));
    must(tasks().work->renew("w1", 50, seconds(15), {}));
    CHECK_FALSE(try_submit(a_task().served_by({{"alpha:1", 9}})).immediate);
}

TEST_CASE_FIXTURE(operators, "a limit replaces the configured one, a slot's its backend's") {
    CHECK(limit_channel("alpha", 3).channels[0].limit == 3);
    CHECK(places_at({{"alpha:1", 1}}) == 3);
    limit_channel("alpha:1", 2);
    CHECK(places_at({{"alpha:1", 1}}) == 2);
    CHECK(places_at({{"alpha:2", 1}}) == 3);
    CHECK(places_at({{"beta:1", 1}}) == 1);
    limit_channel("alpha:1", 0);
    CHECK(limit_channel("alpha", 0).channels.empty());
    CHECK(places_at({{"alpha:1", 1}}) == 1);
}

TEST_CASE_FIXTURE(operators, "a raised limit does not hurry a key that cools") {
    fail({key_verdict::kind::cool, seconds(10)});
    limit_channel("alpha:1", 5);
    CHECK(places_at({only_place}) == 0);
    advance(seconds(10));
    CHECK(places_at({only_place}) == 1); // one real task tries it
}

TEST_CASE_FIXTURE(operators, "a paused key that has cooled is not even tried") {
    fail({key_verdict::kind::cool, seconds(10)});
    pause_channel("alpha:1");
    advance(seconds(10));
    CHECK(places_at({only_place}) == 0);
}

TEST_CASE_FIXTURE(operators, "resetting a channel forgets its breaker and its refusals") {
    for (int i = 0; i < 10; ++i) {
        fail({key_verdict::kind::none, milliseconds(0), true});
    }
    REQUIRE_FALSE(channel_is_open("alpha:1"));
    reset();
    CHECK(actions()[0].before == "breaker-open");
    fail({key_verdict::kind::disable, seconds(300)});
    REQUIRE_FALSE(channel_is_open("alpha:1"));
    reset("alpha:1", "");
    CHECK(channel_is_open("alpha:1"));
    CHECK(actions()[0].of == "alpha:1");
    CHECK(actions()[0].before == "disabled");
    CHECK(actions()[0].after == "ok");
}

TEST_CASE_FIXTURE(operators, "failures that were counted before a reset do not count after it") {
    for (int i = 0; i < 9; ++i) {
        fail({key_verdict::kind::none, milliseconds(0), true});
    }
    reset();
    fail({key_verdict::kind::none, milliseconds(0), true});
    CHECK(channel_is_open("alpha:1"));
}

TEST_CASE_FIXTURE(operators, "each change is told, newest first; what changes nothing is not") {
    turn_intake(true);
    advance(seconds(1));
    CHECK(turn_intake(true).intake_paused_since == now() - 1000);
    must(tasks().operating->switch_queue("her|he", {.pause_intake = false, .pause_dispatch = true})
    );
    limit_channel("alpha", 3);
    limit_channel("alpha", 4);
    limit_channel("alpha", 0);
    limit_channel("alpha", 0);
    const auto told = actions();
    REQUIRE(told.size() == 6);
    CHECK(told[0].what == "limit");
    CHECK(told[0].of == "alpha");
    CHECK(told[0].before == "4");
    CHECK(told[0].after.empty());
    CHECK(told[1].before == "3");
    CHECK(told[3].what == "dispatch");
    CHECK(told[3].who == "her|he");
    CHECK(told[3].at == now());
    CHECK(told[4].what == "intake");
    CHECK(told[4].before == "paused");
    CHECK(told[4].after.empty());
    CHECK(told[5].after == "paused");
    CHECK(must(tasks().operating->activity(2)).size() == 2);
}

TEST_CASE_FIXTURE(operators, "the list of actions is bounded") {
    for (int i = 0; i < 505; ++i) {
        limit_channel("alpha", 1 + i);
    }
    CHECK(actions().size() == 500);
    CHECK(actions()[0].after == "505");
}

TEST_CASE_FIXTURE(operators, "a callback that an operator repeats is told") {
    submit(a_task().hooked());
    const auto held = token_of(claim()[0]);
    REQUIRE(call(held) == call_permit::granted);
    answer(held);
    finish(held);
    for (auto events = due(); !events.empty(); events = due()) {
        must(tasks().outbox->delivered(events[0], "200"));
    }
    must(tasks().operating->replay_callback(held.id, "operator"));
    REQUIRE(actions().size() == 1);
    CHECK(actions()[0].what == "callback");
    CHECK(actions()[0].of == held.id);
    CHECK(actions()[0].before == "settled");
    CHECK(actions()[0].after == "due");
}

TEST_CASE_FIXTURE(operators, "all switches are shown") {
    turn_intake(true);
    turn_dispatch(true);
    pause_channel("alpha");
    limit_channel("alpha", 7);
    const auto told = must(tasks().reading->show_switches());
    CHECK(told.intake_paused_since == now());
    CHECK(told.dispatch_paused_since == now());
    REQUIRE(told.channels.size() == 1);
    CHECK(told.channels[0].paused_since == now());
    CHECK(told.channels[0].limit == 7);
}

} // namespace imagined::test
