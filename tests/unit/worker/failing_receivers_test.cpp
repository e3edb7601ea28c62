#include "failing_receivers.hpp"

#include <doctest/doctest.h>

using imagined::worker::failing_receivers;

namespace {

const failing_receivers::time_point first_failure{std::chrono::hours(1)};

} // namespace

TEST_CASE("a receiver is told of after three failures in a row, until it takes one") {
    failing_receivers all;
    all.note("hooks.example", false, first_failure);
    all.note("hooks.example", false, first_failure);
    CHECK(all.warnings(first_failure).empty());
    all.note("hooks.example", false, first_failure);
    REQUIRE(all.warnings(first_failure).size() == 1);
    CHECK(all.warnings(first_failure)[0] == "callbacks fail at hooks.example: 3 in a row");
    all.note("hooks.example", true, first_failure);
    CHECK(all.warnings(first_failure).empty());
}

TEST_CASE("old failures are not told of") {
    failing_receivers all;
    for (int i = 0; i < 3; ++i) {
        all.note("hooks.example", false, first_failure);
    }
    CHECK(all.warnings(first_failure + failing_receivers::told_for).size() == 1);
    CHECK(
        all.warnings(first_failure + failing_receivers::told_for + std::chrono::seconds(1)).empty()
    );
}

TEST_CASE("so many receivers are remembered and no more, old ones make room") {
    failing_receivers all;
    for (int n = 0; n < 1000; ++n) {
        for (int i = 0; i < 3; ++i) {
            all.note(std::to_string(n), false, first_failure);
        }
    }
    CHECK(all.warnings(first_failure).size() == failing_receivers::most_hosts);
    const auto later = first_failure + std::chrono::minutes(11);
    for (int i = 0; i < 3; ++i) {
        all.note("new", false, later);
    }
    CHECK(all.warnings(later).size() == 1);
}
