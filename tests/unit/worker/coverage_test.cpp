#include "coverage.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using imagined::worker::assess;
using imagined::worker::plan_missing;

namespace {

task::call a_call(int index, task::call::state now, int first, int count) {
    task::call made;
    made.index = index;
    made.now = now;
    made.first_picture = first;
    made.count = count;
    return made;
}

task::record with_calls(std::vector<task::call> calls) {
    task::record record;
    record.calls = std::move(calls);
    return record;
}

using state = task::call::state;

} // namespace

TEST_CASE("a task without calls misses every picture") {
    const auto found = assess(with_calls({}), 4);
    CHECK(found.missing == std::vector<int>{1, 2, 3, 4});
    CHECK(found.lost.empty());
    CHECK(found.next_index == 0);
}

TEST_CASE("an answered call's pictures are never asked for again") {
    const auto found = assess(with_calls({a_call(0, state::answered, 1, 4)}), 4);
    CHECK(found.missing.empty());
    CHECK(found.answered == 1);
    CHECK(found.next_index == 1);
}

TEST_CASE("a call that did not start leaves its pictures missing, and its index used") {
    const auto found = assess(with_calls({a_call(0, state::not_started, 1, 4)}), 4);
    CHECK(found.missing == std::vector<int>{1, 2, 3, 4});
    CHECK(found.next_index == 1);
}

TEST_CASE("a call in flight of an earlier lease, or a lost one, is never repeated") {
    for (const auto now : {state::in_flight, state::lost}) {
        const auto found = assess(with_calls({a_call(0, now, 2, 1)}), 3);
        CHECK(found.missing == std::vector<int>{1, 3});
        CHECK(found.lost == std::vector<int>{2});
    }
}

TEST_CASE("a picture that a later call answered is not lost any more") {
    const auto found = assess(
        with_calls({a_call(0, state::not_started, 1, 2), a_call(1, state::answered, 1, 2)}), 2
    );
    CHECK(found.missing.empty());
    CHECK(found.lost.empty());
}

TEST_CASE("pictures beyond what the task wants are ignored") {
    const auto found = assess(with_calls({a_call(0, state::answered, 1, 8)}), 2);
    CHECK(found.missing.empty());
    CHECK(found.lost.empty());
}

TEST_CASE("the plan for missing pictures keeps whole calls and cuts broken ones") {
    const std::vector<backend::call_plan> whole{{1, 4, std::nullopt}};
    CHECK(plan_missing(whole, {1, 2, 3, 4}) == whole);
    CHECK(
        plan_missing(whole, {1, 4})
        == std::vector<backend::call_plan>{{1, 1, std::nullopt}, {4, 1, std::nullopt}}
    );
    CHECK(plan_missing(whole, {}).empty());
}

TEST_CASE("calls of one picture keep their own seeds") {
    const std::vector<backend::call_plan> whole{{1, 1, 77}, {2, 1, 78}, {3, 1, 79}};
    CHECK(plan_missing(whole, {2}) == std::vector<backend::call_plan>{{2, 1, 78}});
}
