#include "alarm.hpp"

#include "imagined/base/async.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <vector>

namespace imagined::http { // unistd.h has an alarm of its own

namespace {

alarm::time_point in(int ms) {
    return std::chrono::steady_clock::now() + milliseconds(ms);
}

} // namespace

TEST_CASE("alarms of one clock ring in the order of their times") {
    asio::io_context io{1};
    const alarm_clock clock(io.get_executor());
    alarm late(clock);
    alarm soon(clock);
    std::vector<int> order;
    late.set(in(30), [&] { order.push_back(30); });
    soon.set(in(10), [&] { order.push_back(10); });
    io.run();
    CHECK(order == std::vector{10, 30});
    CHECK(late.rung());
    CHECK(soon.rung());
}

TEST_CASE("an alarm that is cleared, set anew or gone does not ring for what it was") {
    asio::io_context io{1};
    const alarm_clock clock(io.get_executor());
    alarm cleared(clock);
    alarm moved(clock);
    std::optional<alarm> gone(std::in_place, clock);
    int wrong = 0;
    int right = 0;
    for (auto* one : {&cleared, &moved, &*gone}) {
        one->set(in(5), [&] { ++wrong; });
    }
    cleared.clear();
    moved.set(in(10), [&] { ++right; });
    gone.reset();
    io.run();
    CHECK(wrong == 0);
    CHECK(right == 1);
    CHECK_FALSE(cleared.rung());
}

TEST_CASE("cleared alarms do not keep the loop running") {
    asio::io_context io{1};
    const alarm_clock clock(io.get_executor());
    alarm one(clock);
    one.set(in(60000), [] {});
    one.clear();
    const auto began = std::chrono::steady_clock::now();
    io.run();
    CHECK(std::chrono::steady_clock::now() - began < seconds(10));
}

TEST_CASE("what an alarm does may end itself and others that are due") {
    asio::io_context io{1};
    auto clock = std::make_unique<alarm_clock>(io.get_executor());
    auto first = std::make_unique<alarm>(*clock);
    auto second = std::make_unique<alarm>(*clock);
    alarm third(*clock);
    int rung = 0;
    const auto when = in(5);
    first->set(when, [&] {
        ++rung;
        second.reset();
        first.reset();
    });
    second->set(when, [&] { rung += 10; });
    third.set(when, [&] { rung += 100; });
    clock.reset(); // its alarms go on
    io.run();
    CHECK(rung == 101);
}

} // namespace imagined::http
