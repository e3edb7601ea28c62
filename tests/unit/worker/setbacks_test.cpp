#include "setbacks.hpp"

#include <doctest/doctest.h>

using imagined::milliseconds;
using imagined::queue::setback;
using imagined::worker::setbacks;

namespace {

const setbacks::time_point start{milliseconds(1'000'000)};

setback told(int absences, milliseconds right_in) {
    setback made;
    made.absences = absences;
    made.right_in = right_in;
    return made;
}

} // namespace

TEST_CASE("a task that met nothing may call at once") {
    setbacks none;
    none.went_on(start);
    CHECK(none.next_call() <= start);
    CHECK_FALSE(none.hopeless({"a"}));
    CHECK_FALSE(none.wait_for_right({"a"}));
}

TEST_CASE("whatever an upstream answers, the next call comes a second later") {
    setbacks some;
    some.met(start);
    CHECK(some.next_call() == start + milliseconds(1'000));
    CHECK_FALSE(some.some_absent());
}

TEST_CASE("calls that follow a refusal are a second apart from each other") {
    setbacks some;
    some.met(start);
    some.went_on(start + milliseconds(1'000));
    CHECK(some.next_call() == start + milliseconds(2'000));
}

TEST_CASE("an earlier answer shortens no pause") {
    setbacks some;
    some.met(start + milliseconds(500));
    some.met(start);
    CHECK(some.next_call() == start + milliseconds(1'500));
}

TEST_CASE("with a right the task waits for it, once") {
    setbacks some;
    some.absent("a", told(2, milliseconds(10'000)), start);
    CHECK(some.next_call() == start + milliseconds(1'000));
    CHECK(some.wait_for_right({"a"}));
    CHECK(some.next_call() == start + milliseconds(10'000));
    CHECK_FALSE(some.wait_for_right({"a"}));
}

TEST_CASE("whom somebody else can serve does not wait for an address where nothing is") {
    setbacks some;
    some.absent("a", told(1, milliseconds(1'000)), start);
    CHECK_FALSE(some.wait_for_right({"a", "b"}));
    some.absent("a", told(3, milliseconds(0)), start);
    CHECK_FALSE(some.hopeless({"a", "b"}));
    some.shut("b", 0);
    CHECK(some.hopeless({"a", "b"}));
}

TEST_CASE("three times in vain are enough, two are not") {
    setbacks some;
    some.absent("a", told(2, milliseconds(10'000)), start);
    CHECK_FALSE(some.hopeless({"a"}));
    some.absent("a", told(3, milliseconds(0)), start);
    CHECK(some.hopeless({"a"}));
    CHECK_FALSE(some.hopeless({}));
}

TEST_CASE("of several rights the first is used first") {
    setbacks some;
    some.absent("a", told(1, milliseconds(5'000)), start);
    some.absent("b", told(1, milliseconds(3'000)), start);
    CHECK(some.wait_for_right({"a", "b"}));
    CHECK(some.next_call() == start + milliseconds(3'000));
    CHECK(some.wait_for_right({"a", "b"}));
    CHECK(some.next_call() == start + milliseconds(5'000));
}
