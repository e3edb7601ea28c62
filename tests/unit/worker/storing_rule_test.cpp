#include "storing_rule.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::worker;

TEST_CASE("storing is tried again after 1 s, and never later than after 15 s") {
    storing_rule rule;
    for (const int seconds_to_wait : {1, 2, 4, 8, 15, 15}) {
        CHECK(rule.next_pause() == seconds(seconds_to_wait));
    }
}

TEST_CASE("that storing waits is told once") {
    storing_rule rule;
    CHECK_FALSE(rule.waits());
    CHECK(rule.begins_to_wait());
    CHECK(rule.waits());
    CHECK_FALSE(rule.begins_to_wait());
}

TEST_CASE("a download that failed is repeated ever more seldom") {
    CHECK(download_again_after(1) == seconds(15));
    CHECK(download_again_after(2) == seconds(30));
    CHECK(download_again_after(7) == std::chrono::minutes(15));
    CHECK(download_again_after(1000) == std::chrono::minutes(15));
}

TEST_CASE("some pictures are delivered without the others a quarter of an hour after the call") {
    constexpr unix_millis called = 1'800'000'000'000;
    constexpr unix_millis quarter = 15LL * 60 * 1000;
    CHECK_FALSE(is_enough(3, called, called + quarter));
    CHECK(is_enough(3, called, called + quarter + 1));
    CHECK_FALSE(is_enough(0, called, called + 10 * quarter));
}
