#include "waiting_lines.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>

using namespace imagined;
using imagined::worker::waiting_lines;

namespace {

struct a_street {
    asio::io_context context{1};
    waiting_lines lines;

    std::unique_ptr<waiting_lines::stand> join(const std::string& host = "slow") {
        return std::make_unique<waiting_lines::stand>(lines, host, context.get_executor());
    }

    // Whether it was rung since it was asked last.
    bool rung(waiting_lines::stand& one) {
        std::optional<bool> heard;
        asio::co_spawn(
            context,
            [&]() -> awaitable<> { heard = co_await one.turn.wait(milliseconds(0)); },
            asio::detached
        );
        context.restart();
        context.run();
        return heard.value();
    }
};

} // namespace

TEST_CASE_FIXTURE(a_street, "first come, first served") {
    auto first = join();
    auto second = join();
    auto third = join();
    CHECK(first->is_first());
    CHECK_FALSE(second->is_first());
    first.reset();
    CHECK(second->is_first());
    CHECK(rung(*second));
    CHECK_FALSE(rung(*third));
}

TEST_CASE_FIXTURE(a_street, "who leaves from the middle wakes nobody") {
    auto first = join();
    auto second = join();
    auto third = join();
    second.reset();
    CHECK_FALSE(rung(*first));
    CHECK_FALSE(rung(*third));
    first.reset();
    CHECK(third->is_first());
    CHECK(rung(*third));
}

TEST_CASE_FIXTURE(a_street, "a free place is told to the head of its own line") {
    auto first = join();
    auto second = join();
    auto other = join("other");
    lines.ring("slow");
    lines.ring("nobody stands here");
    CHECK(rung(*first));
    CHECK_FALSE(rung(*second));
    CHECK_FALSE(rung(*other));
}

TEST_CASE_FIXTURE(a_street, "a line ends with its last") {
    CHECK(lines.empty("slow"));
    auto first = join();
    CHECK_FALSE(lines.empty("slow"));
    CHECK(lines.empty("other"));
    first.reset();
    CHECK(lines.empty("slow"));
}
