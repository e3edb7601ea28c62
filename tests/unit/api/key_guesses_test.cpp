#include "http/key_guesses.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using api::guessing_address;
using api::key_guesses;

namespace {

const key_guesses::time_point first_guess = key_guesses::time_point() + std::chrono::hours(1);
constexpr milliseconds none{0};

void guess(key_guesses& all, std::string_view peer, std::size_t times, key_guesses::time_point at) {
    for (std::size_t i = 0; i < times; ++i) {
        all.refused(peer, 1, at);
    }
}

} // namespace

TEST_CASE("after twenty wrong keys in a minute from one address its refusals come late") {
    key_guesses all;
    for (std::size_t i = 0; i < key_guesses::free_guesses; ++i) {
        CHECK(all.refused("10.0.0.1", 1, first_guess + milliseconds(i)) == none);
    }
    CHECK(all.refused("10.0.0.1", 1, first_guess + seconds(1)) == key_guesses::delay);
    CHECK(all.refused("10.0.0.1", 0, first_guess + seconds(1)) == key_guesses::delay);
    CHECK(all.refused("10.0.0.2", 1, first_guess + seconds(1)) == none);
}

TEST_CASE("a minute later all is forgiven, and slow guessing never late") {
    key_guesses all;
    guess(all, "10.0.0.1", key_guesses::free_guesses, first_guess);
    CHECK(all.refused("10.0.0.1", 1, first_guess + seconds(59)) == key_guesses::delay);
    CHECK(all.refused("10.0.0.1", 1, first_guess + seconds(61)) == none);
    for (int i = 0; i < 100; ++i) {
        CHECK(all.refused("10.0.0.9", 1, first_guess + seconds(4 * i)) == none);
    }
}

TEST_CASE("many keys in one request are as many guesses, and no key is none") {
    key_guesses all;
    for (int i = 0; i < 100; ++i) {
        CHECK(all.refused("10.0.0.1", 0, first_guess) == none);
    }
    CHECK(all.addresses() == 0);
    all.refused("10.0.0.1", key_guesses::free_guesses + 5, first_guess);
    CHECK(all.refused("10.0.0.1", 0, first_guess) == key_guesses::delay);
}

TEST_CASE("no more than two hundred answers are held at a time") {
    key_guesses all;
    guess(all, "10.0.0.1", key_guesses::free_guesses, first_guess);
    for (std::size_t i = 0; i < key_guesses::most_held; ++i) {
        CHECK(all.refused("10.0.0.1", 1, first_guess) == key_guesses::delay);
    }
    CHECK(all.refused("10.0.0.1", 1, first_guess) == none);
    CHECK(all.refused("10.0.0.1", 1, first_guess + key_guesses::delay) == key_guesses::delay);
}

TEST_CASE("the table has a bound: who was not heard of for longest goes") {
    key_guesses all;
    guess(all, "first", key_guesses::free_guesses, first_guess);
    guess(all, "second", key_guesses::free_guesses, first_guess);
    guess(all, "first", 1, first_guess);
    for (std::size_t i = 0; i + 1 < key_guesses::most_addresses; ++i) {
        all.refused("other " + std::to_string(i), 1, first_guess);
    }
    CHECK(all.addresses() == key_guesses::most_addresses);
    CHECK(all.refused("first", 0, first_guess) == key_guesses::delay);
    CHECK(all.refused("second", 0, first_guess) == none);
}

TEST_CASE("an IPv6 host is its network, a mapped address is the IPv4 one") {
    CHECK(guessing_address("10.0.0.1") == "10.0.0.1");
    CHECK(guessing_address("::ffff:10.0.0.1") == "10.0.0.1");
    CHECK(guessing_address("2001:db8:1:2:3:4:5:6") == guessing_address("2001:db8:1:2::1"));
    CHECK(guessing_address("2001:db8:1:2::1") != guessing_address("2001:db8:1:3::1"));
    CHECK(guessing_address("?") == "?");
}
