#include "host_gate.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using imagined::worker::host_gate;

namespace {

struct a_gate {
    host_gate gate{host_gate::limits{.places = 2, .slow_in_a_row = 3}};
    host_gate::time_point now{};

    std::optional<milliseconds> enter(const std::string& host = "tarpit") {
        return gate.enter(host, now);
    }

    // One delivery that takes a while.
    void deliver(milliseconds took, bool delivered = false, const std::string& host = "tarpit") {
        const auto entered = now;
        REQUIRE_FALSE(enter(host).has_value());
        now += took;
        gate.leave(host, entered, now, delivered);
    }
};

} // namespace

TEST_CASE_FIXTURE(a_gate, "a receiver has so many places and no more") {
    CHECK_FALSE(enter().has_value());
    CHECK_FALSE(enter().has_value());
    CHECK(enter() == milliseconds(100));
    CHECK_FALSE(enter("another").has_value());
    gate.leave("tarpit", now, now, true);
    CHECK_FALSE(enter().has_value());
}

TEST_CASE_FIXTURE(a_gate, "a receiver that only lets callers wait is left alone for a while") {
    for (int i = 0; i < 3; ++i) {
        deliver(seconds(15));
    }
    CHECK(enter() == seconds(30));
    now += seconds(29);
    CHECK(enter() == seconds(1));
    CHECK_FALSE(enter("another").has_value());
}

TEST_CASE_FIXTURE(a_gate, "after the pause one delivery tries it") {
    for (int i = 0; i < 3; ++i) {
        deliver(seconds(15));
    }
    now += seconds(30);
    CHECK_FALSE(enter().has_value());
    CHECK(enter() == milliseconds(100));
    SUBCASE("in vain: it is left alone again") {
        gate.leave("tarpit", now - seconds(15), now, false);
        CHECK(enter() == seconds(30));
    }
    SUBCASE("it works again") {
        gate.leave("tarpit", now, now, true);
        CHECK_FALSE(enter().has_value());
        CHECK_FALSE(enter().has_value());
    }
}

TEST_CASE_FIXTURE(a_gate, "failures that cost no time are the schedule's business") {
    for (int i = 0; i < 100; ++i) {
        deliver(milliseconds(10));
    }
    CHECK_FALSE(enter().has_value());
}

TEST_CASE_FIXTURE(a_gate, "one good answer clears the record") {
    deliver(seconds(15));
    deliver(seconds(15));
    deliver(seconds(1), true);
    deliver(seconds(15));
    deliver(seconds(15));
    CHECK_FALSE(enter().has_value());
}

TEST_CASE_FIXTURE(a_gate, "receivers in good standing are not remembered") {
    for (int i = 0; i < 100; ++i) {
        deliver(milliseconds(1), true, "host-" + std::to_string(i));
    }
    CHECK(gate.size() == 0);
}

TEST_CASE_FIXTURE(a_gate, "a delivery that does not take place leaves no trace") {
    CHECK_FALSE(enter().has_value());
    CHECK_FALSE(enter().has_value());
    gate.withdraw("tarpit");
    CHECK_FALSE(enter().has_value());
    gate.withdraw("tarpit");
    gate.withdraw("tarpit");
    CHECK(gate.size() == 0);
}

TEST_CASE_FIXTURE(a_gate, "any number of slow receivers is not remembered") {
    const std::size_t most = host_gate::limits{}.remembered;
    CHECK_FALSE(enter("busy").has_value());
    for (std::size_t i = 0; i < 3 * most; ++i) {
        deliver(seconds(15), false, "host-" + std::to_string(i));
    }
    CHECK(gate.size() <= most);
    // Who is inside is not forgotten.
    CHECK_FALSE(enter("busy").has_value());
    CHECK(enter("busy") == milliseconds(100));
}
