// Routes: an operation at a backend's address that answers as if nothing of the kind were there is
// shut for all, its keys are not to blame, and one real task at a time tries it.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

using kind = key_verdict::kind;

const slot wide{"alpha:1", 5};
const slot second{"alpha:2", 5};

struct routes : queue_fixture {
    token called(const slot& at = wide) {
        submit();
        return called_again(at);
    }

    token called_again(const slot& at = wide, int index = 0) {
        const auto taken = claim(1, "w1", {at});
        REQUIRE(taken.size() == 1);
        REQUIRE(call(token_of(taken[0]), index, at) == call_permit::granted);
        return token_of(taken[0]);
    }

    queue::setback refuse(token held, int index = 0, kind what = kind::absent) {
        key_verdict said;
        said.what = what;
        said.words = "HTTP 404 no such path";
        return must(tasks().work->not_started(std::move(held), index, said));
    }

    std::vector<queue::shut_route> shut() { return must(tasks().reading->stats({wide.name})).shut; }

    std::size_t claimable(std::string lane = lane_name) {
        const auto taken = claim(9, "w2", {wide, second}, std::move(lane));
        for (const auto& one : taken) {
            must(tasks().work->release(token_of(one), "", {}, "only looked"));
        }
        return taken.size();
    }
};

} // namespace

TEST_CASE_FIXTURE(routes, "a route is shut for 1 s, 10 s, then 60 s each time") {
    const auto held = called();
    submit();
    submit();
    auto told = refuse(held);
    CHECK(told.absences == 1);
    CHECK(told.right_in == milliseconds(1'000));
    CHECK(claimable() == 0);
    advance(milliseconds(999));
    CHECK(call(held, 1, wide) == call_permit::no_slot);
    advance(milliseconds(1));
    CHECK(claimable() == 0); // the next try is of who met it
    REQUIRE(call(held, 1, second) == call_permit::granted);
    told = refuse(held, 1);
    CHECK(told.absences == 2);
    CHECK(told.right_in == milliseconds(10'000));
    advance(milliseconds(10'000));
    CHECK(claimable() == 0);
    REQUIRE(call(held, 2, wide) == call_permit::granted);
    told = refuse(held, 2);
    CHECK(told.absences == 3);
    CHECK_FALSE(told.right_in);
    finish(held, false);
    advance(milliseconds(59'999));
    CHECK(claimable() == 0);
    advance(milliseconds(1));
    CHECK(claimable() == 1);
    refuse(called_again());
    advance(milliseconds(59'999));
    CHECK(claimable() == 0);
    advance(milliseconds(1));
    CHECK(claimable() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(routes, "a shut route is told with its words, and its key is not to blame") {
    refuse(called());
    REQUIRE(shut().size() == 1);
    CHECK(shut()[0].backend == "alpha");
    CHECK(shut()[0].operation == "generate");
    CHECK(shut()[0].words == "HTTP 404 no such path");
    CHECK(shut()[0].until == now() + 1'000);
    const auto state = must(tasks().reading->stats({wide.name})).slots.front();
    CHECK(state.cooling_until == 0);
    CHECK_FALSE(state.refused);
}

TEST_CASE_FIXTURE(routes, "other operations and other backends go on") {
    refuse(called());
    submit(a_task().in("edit/V_3"));
    CHECK(claimable("edit/V_3") == 1);
    submit();
    CHECK(claim(1, "w1", {{"beta:1", 1}}).size() == 1);
}

TEST_CASE_FIXTURE(routes, "what met it side by side counts once") {
    submit();
    submit();
    const auto two = claim(2, "w1", {wide});
    call(token_of(two[0]), 0, wide);
    call(token_of(two[1]), 0, wide);
    advance(milliseconds(1));
    CHECK(refuse(token_of(two[0])).right_in == milliseconds(1'000));
    const auto later = refuse(token_of(two[1]));
    CHECK(later.absences == 1);
    CHECK_FALSE(later.right_in);
    CHECK(shut()[0].times == 1);
}

TEST_CASE_FIXTURE(routes, "two calls of one task that met it side by side count once for it") {
    const auto held = called();
    call(held, 1, wide);
    advance(milliseconds(1));
    refuse(held);
    CHECK(refuse(held, 1).absences == 1);
}

TEST_CASE_FIXTURE(routes, "a right that is not used is lost, and then one task tries") {
    refuse(called());
    submit();
    submit();
    advance(milliseconds(6'000));
    CHECK(claimable() == 0);
    advance(milliseconds(1));
    CHECK(claimable() == 1);
}

TEST_CASE_FIXTURE(routes, "a try that says nothing is handed on") {
    const auto held = called();
    submit();
    refuse(held);
    advance(milliseconds(1'000));
    REQUIRE(call(held, 1, wide) == call_permit::granted);
    CHECK(claimable() == 0);
    refuse(held, 1, kind::none);
    CHECK(shut().size() == 1);
    CHECK(claimable() == 1);
}

TEST_CASE_FIXTURE(routes, "any answer opens the route") {
    submit();
    submit();
    const auto two = claim(2, "w1", {wide});
    call(token_of(two[0]), 0, wide);
    call(token_of(two[1]), 0, wide);
    refuse(token_of(two[0]));
    answer(token_of(two[1]));
    CHECK(shut().empty());
    for (int i = 0; i < 3; ++i) {
        submit();
    }
    CHECK(claimable() == 3);
}

TEST_CASE_FIXTURE(routes, "a refusal of the request proves the address") {
    const auto held = called();
    refuse(held);
    advance(milliseconds(1'000));
    call(held, 1, wide);
    refuse(held, 1, kind::works);
    CHECK(shut().empty());
}

TEST_CASE_FIXTURE(routes, "who finds a route shut is told how often it met that itself") {
    const auto held = called();
    refuse(held);
    call_marker marker;
    marker.index = 1;
    marker.slot = wide;
    CHECK(must(tasks().work->calling(held, marker)).absences == 1);
    submit();
    const auto other = token_of(claim(1, "w1", {{"beta:1", 1}}).at(0));
    marker.index = 0;
    CHECK(must(tasks().work->calling(other, marker)).absences == 0);
    marker.slot = {"beta:2", 0};
    CHECK(must(tasks().work->calling(other, marker)).absences == -1);
}

TEST_CASE_FIXTURE(routes, "an operator opens a route") {
    refuse(called());
    must(tasks().operating->reset_channel("operator", "alpha", "alpha", {wide.name}));
    CHECK(shut().empty());
}

TEST_CASE_FIXTURE(routes, "the same refusal again and again leaves a bounded trace") {
    submit();
    std::string id;
    for (int i = 0; i < 60; ++i) {
        const auto held = called_again(wide, i);
        id = held.id;
        key_verdict said;
        said.what = kind::cool;
        said.at_least = seconds(1);
        said.words = "HTTP 429 slow down";
        must(tasks().work->not_started(held, i, said));
        must(tasks().work->release(held, "", {}, "no place"));
        advance(seconds(1));
    }
    CHECK(must(tasks().reading->history(id)).events.size() < 24);
    CHECK(must(tasks().reading->history(id)).calls.size() < 30);
    const auto held = called_again(wide, 60);
    answer(held, 60);
    CHECK(must(tasks().reading->history(id)).events.back().what.kind == task::event_kind::answered);
}

TEST_CASE_FIXTURE(routes, "who waited in vain is told what the upstream last said") {
    submit(a_task().within(seconds(30)));
    const auto held = called_again();
    const auto waited = submit(a_task().within(seconds(30)));
    refuse(held, 0, kind::disable);
    must(tasks().work->release(held, "", {}, "no place"));
    advance(milliseconds(30'001));
    CHECK(must(tasks().work->promote(9, {{lane_name, {second, wide}}})) == 2);
    for (const auto& id : {held.id, waited}) {
        CHECK(record(id).fail_code == task::fail_code::timeout);
        CHECK(record(id).last_words == "alpha: HTTP 404 no such path");
    }
}

TEST_CASE_FIXTURE(routes, "who waited for a place alone is told of nobody's old trouble") {
    const auto held = called();
    refuse(held, 0, kind::cool);
    advance(seconds(5));
    REQUIRE(call(held, 1, wide) == call_permit::granted);
    answer(held, 1);
    finish(held);
    const auto waited = submit(a_task().within(seconds(1)));
    advance(milliseconds(1'001));
    must(tasks().work->promote(9, {{lane_name, {wide}}}));
    CHECK(record(waited).last_words.empty());
}

TEST_CASE_FIXTURE(
    routes, "a refused key is told with the upstream's words until a call proves it"
) {
    const auto held = called();
    refuse(held, 0, kind::disable);
    auto state = must(tasks().reading->stats({wide.name})).slots.front();
    CHECK(state.refused);
    CHECK_FALSE(state.on_trial);
    CHECK(state.words == "HTTP 404 no such path");
    advance(seconds(300));
    state = must(tasks().reading->stats({wide.name})).slots.front();
    CHECK(state.refused);
    CHECK(state.on_trial);
    REQUIRE(call(held, 1, wide) == call_permit::granted);
    answer(held, 1);
    state = must(tasks().reading->stats({wide.name})).slots.front();
    CHECK_FALSE(state.refused);
    CHECK(state.words.empty());
}

TEST_CASE_FIXTURE(
    routes, "callers with a limit are counted, and switches shown, with the figures"
) {
    must(tasks().operating->register_callers({{"free", 1, 0, 0}, {"bound", 1, 0, 2}}));
    submit(a_task().by("bound"));
    claim(1, "w1", {wide});
    must(tasks().operating->switch_queue("operator", {std::nullopt, true}));
    const auto counted = must(tasks().reading->stats({}));
    REQUIRE(counted.loads.size() == 1);
    CHECK(counted.loads[0].name == "bound");
    CHECK(counted.loads[0].running == 1);
    CHECK(counted.loads[0].most == 2);
    CHECK(counted.turned.dispatch_paused_since == now());
}

} // namespace imagined::test
