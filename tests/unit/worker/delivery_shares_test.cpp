#include "delivery_shares.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined::worker;

namespace {

// Takes all that a caller may have, and returns how much that is.
std::size_t fill(delivery_shares& places, const std::string& caller) {
    std::size_t taken = 0;
    while (places.enter(caller)) {
        ++taken;
    }
    return taken;
}

} // namespace

TEST_CASE("nobody takes all, however alone") {
    delivery_shares places(256, 3);
    const auto taken = fill(places, "ann");
    CHECK(taken == 42 + 65);
    CHECK(places.room_of("ann") == 0);
    CHECK(places.room_of("bob") > 0);
}

TEST_CASE("whoever comes finds places of its own, after any number of greedy ones") {
    for (const std::size_t all : {1UL, 2UL, 7UL, 256UL}) {
        CAPTURE(all);
        delivery_shares places(all, 2);
        for (int i = 0; i < 300; ++i) {
            CAPTURE(i);
            const auto caller = "caller-" + std::to_string(i);
            REQUIRE(places.room_of_newcomer() > 0);
            REQUIRE(fill(places, caller) > 0);
            REQUIRE(places.room_of(caller) == 0);
        }
    }
}

TEST_CASE("those that are known take no more together than there are places") {
    for (const std::size_t callers : {1UL, 3UL, 20UL, 100UL, 256UL}) {
        CAPTURE(callers);
        delivery_shares places(256, callers + 1);
        for (std::size_t i = 0; i < callers; ++i) {
            fill(places, "caller-" + std::to_string(i));
        }
        CHECK(places.taken() <= 256);
        CHECK(places.room_of_newcomer() > 0);
    }
}

TEST_CASE("a greedy caller leaves the other half of what is lent") {
    delivery_shares places(256, 4);
    const auto first = fill(places, "ann");
    CHECK(fill(places, "bob") == first);
    CHECK(fill(places, "cyd") == 32); // its own
}

TEST_CASE("leaving tells when it makes room that was missing") {
    delivery_shares places(16, 4); // two each, four of eight lent to one
    REQUIRE(places.enter("ann"));
    CHECK_FALSE(places.leave("ann"));
    CHECK(fill(places, "ann") == 6);
    CHECK(places.leave("ann"));
    CHECK(places.room_of("ann") == 1);
    CHECK(places.enter("ann"));
    CHECK(fill(places, "bob") == 6);
    CHECK(fill(places, "cyd") == 2);
    // What bob borrowed is what cyd lacks.
    CHECK(places.leave("bob"));
    CHECK(places.room_of("cyd") == 1);
    CHECK(places.taken() == 13);
}

TEST_CASE("who has left all is forgotten") {
    delivery_shares places(16, 2);
    REQUIRE(places.enter("ann"));
    places.leave("ann");
    CHECK(places.by_caller().empty());
    CHECK(places.taken() == 0);
}
