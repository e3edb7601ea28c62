// Who is told when to look: the channel of hints, and the worker of the same process.
#include "redis_fixture.hpp"

namespace imagined::test {

namespace {

struct hints : redis_fixture {};

} // namespace

TEST_CASE_FIXTURE(hints, "hints are published when a task becomes claimable and a callback due") {
    blocking_redis ear(shared_server().socket_path());
    ear.command({"SUBSCRIBE", queue::hint_channel("test")});
    const auto next = [&ear] { return to_list(ear.pipeline({{"PING"}}).front()); };
    const std::string channel = queue::hint_channel("test");
    submit(a_task().hooked());
    lease();
    CHECK(next() == std::vector<std::string>{"message", channel, "q generate/V_3"});
    CHECK(next() == std::vector<std::string>{"message", channel, "c"});
}

TEST_CASE_FIXTURE(hints, "whoever waits is told that a switch was turned on again") {
    submit();
    must(tasks().operating->switch_queue("o", {std::nullopt, true}));
    blocking_redis ear(shared_server().socket_path());
    const std::string channel = queue::hint_channel("test");
    ear.command({"SUBSCRIBE", channel});
    must(tasks().operating->switch_queue("o", {true, std::nullopt})); // nobody waits for that
    must(tasks().operating->switch_queue("o", {std::nullopt, false}));
    const auto told = to_list(ear.pipeline({{"PING"}}).front());
    CHECK(told == std::vector<std::string>{"message", channel, "q"});
}

TEST_CASE_FIXTURE(hints, "who could claim is told before the submit has been answered") {
    std::vector<std::string> told;
    listen([&](std::string_view hint) {
        told.emplace_back(hint);
        // Not there yet: what is sent now comes behind it.
        CHECK(raw.list({"KEYS", key("t:*")}).size() + 1 == told.size());
    });
    submit();
    submit(a_task().by("bob"));
    const std::string hint = std::string("q ") + lane_name;
    CHECK(told == std::vector{hint, hint});
    new_task asks;
    asks.modal = true;
    submit(std::move(asks));
    new_task instant;
    instant.ended_view = "{}";
    submit(std::move(instant));
    CHECK(told.size() == 2); // nothing to claim
}

} // namespace imagined::test
