#include "imagined/base/offload_pool.hpp"
#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <stdexcept>
#include <thread>

using namespace imagined;

TEST_CASE("a job runs on another thread and its value comes back to the loop's") {
    asio::io_context context{1};
    offload_pool pool({.threads = 1});
    const auto loop_thread = std::this_thread::get_id();
    auto body = [&]() -> awaitable<bool> {
        auto job = [] { return std::this_thread::get_id(); };
        const auto ran_on = co_await pool.run(std::move(job));
        co_return ran_on && *ran_on != loop_thread&& std::this_thread::get_id() == loop_thread;
    };
    CHECK(test::run_on<bool>(context, body));
}

TEST_CASE("a job's own failure is the result, not wrapped in another") {
    asio::io_context context{1};
    offload_pool pool({.threads = 1});
    auto body = [&]() -> awaitable<result<int>> {
        auto job = []() -> result<int> { return failure{failure_kind::corrupt, "no picture"}; };
        co_return co_await pool.run(std::move(job));
    };
    const auto came = test::run_on<result<int>>(context, body);
    REQUIRE_FALSE(came);
    CHECK(came.error().kind == failure_kind::corrupt);
}

TEST_CASE("an exception of a job is rethrown in the coroutine that waits") {
    asio::io_context context{1};
    offload_pool pool({.threads = 1});
    auto body = [&]() -> awaitable<int> {
        auto job = []() -> int { throw std::runtime_error("on purpose"); };
        co_return *co_await pool.run(std::move(job));
    };
    CHECK_THROWS_WITH(test::run_on<int>(context, body), "on purpose");
}

TEST_CASE("a full pool refuses at once") {
    asio::io_context context{1};
    offload_pool pool({.threads = 1, .max_queued = 1});
    std::latch hold(1);
    auto body = [&]() -> awaitable<bool> {
        bool refused = false;
        auto second = [&]() -> awaitable<> {
            co_await pause_for(milliseconds(0)); // until the first job is in
            auto job = [] { return 2; };
            const auto came = co_await pool.run(std::move(job));
            refused = !came && came.error().kind == failure_kind::throttled;
            hold.count_down();
        };
        asio::co_spawn(context, second, [](const std::exception_ptr&) {});
        auto job = [&hold] {
            hold.wait();
            return 1;
        };
        const auto came = co_await pool.run(std::move(job));
        co_return came&& refused;
    };
    CHECK(test::run_on<bool>(context, body));
}
