#include "http/seats.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace imagined::api;

namespace {

std::optional<seats::full> full_for(seats& room, const std::string& caller) {
    const auto taken = room.take(caller);
    const auto* full = std::get_if<seats::full>(&taken);
    return full == nullptr ? std::nullopt : std::optional(*full);
}

} // namespace

TEST_CASE("a caller's share is a quarter, at least one, and none of nothing") {
    CHECK(share_of(1000) == 250);
    CHECK(share_of(7) == 1);
    CHECK(share_of(1) == 1);
    CHECK(share_of(0) == 0);
}

TEST_CASE("a caller that has its share leaves the rest to the others") {
    seats room(8);
    std::vector<std::variant<seats::seat, seats::full>> held;
    held.push_back(room.take("a"));
    held.push_back(room.take("a"));
    const auto refused = full_for(room, "a");
    REQUIRE(refused);
    CHECK(refused->own);
    CHECK(refused->limit == 2);
    CHECK(!full_for(room, "b"));
    held.pop_back();
    CHECK(!full_for(room, "a"));
}

TEST_CASE("all together have no more than there is, and the operator has no share of it") {
    seats room(3);
    std::vector<std::variant<seats::seat, seats::full>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(room.take(""));
    }
    CHECK(room.taken() == 3);
    const auto refused = full_for(room, "a");
    REQUIRE(refused);
    CHECK(!refused->own);
    CHECK(refused->limit == 3);
    held.clear();
    CHECK(room.taken() == 0);
    CHECK(!full_for(room, "a"));
}

TEST_CASE("a seat may outlive its seats") {
    std::optional<seats> room(std::in_place, 1);
    const auto held = room->take("a");
    room.reset();
    CHECK(std::holds_alternative<seats::seat>(held));
}
