#include "imagined/base/task_group.hpp"
#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

using namespace imagined;

TEST_CASE("join waits until every child has ended") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    int ended = 0;
    for (int i = 0; i < 3; ++i) {
        group.spawn("child", [&ended]() -> awaitable<> {
            co_await pause_for(milliseconds(1));
            ++ended;
        });
    }
    CHECK(group.running() == 3);
    auto join = [&group] { return group.join(seconds(10)); };
    CHECK(test::run_on<bool>(context, join));
    CHECK(ended == 3);
    CHECK(group.running() == 0);
}

TEST_CASE("join gives up at its limit, and a cancelled child ends") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    group.spawn("endless", []() -> awaitable<> {
        for (;;) {
            co_await pause_for(seconds(3600));
        }
    });
    auto short_join = [&group] { return group.join(milliseconds(1)); };
    CHECK_FALSE(test::run_on<bool>(context, short_join));
    group.cancel(); // from outside the loop
    auto join = [&group] { return group.join(seconds(10)); };
    CHECK(test::run_on<bool>(context, join));
}

TEST_CASE("a child that ends before its cancellation arrives is no trouble") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    group.spawn("short", []() -> awaitable<> { co_return; });
    group.cancel();
    auto join = [&group] { return group.join(seconds(10)); };
    CHECK(test::run_on<bool>(context, join));
}

TEST_CASE("an exception of a child ends only that child") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    bool other_ended = false;
    group.spawn("failing", []() -> awaitable<> {
        co_await pause_for(milliseconds(0));
        throw std::runtime_error("on purpose");
    });
    group.spawn("other", [&other_ended]() -> awaitable<> {
        co_await pause_for(milliseconds(1));
        other_ended = true;
    });
    auto join = [&group] { return group.join(seconds(10)); };
    CHECK(test::run_on<bool>(context, join));
    CHECK(other_ended);
}

TEST_CASE("after stop nothing is started any more") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    group.stop();
    bool ran = false;
    group.spawn("late", [&ran]() -> awaitable<> {
        ran = true;
        co_return;
    });
    CHECK(group.stopping());
    CHECK(group.running() == 0);
    context.run();
    CHECK_FALSE(ran);
}

TEST_CASE("a child that is to start later counts, and starts when it is told to") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    std::function<void()> start;
    bool ran = false;
    group.spawn_later(
        "later",
        [&start](std::function<void()> given) { start = std::move(given); },
        [&ran]() -> awaitable<> {
            ran = true;
            co_return;
        }
    );
    CHECK(group.running() == 1);
    auto short_join = [&group] { return group.join(milliseconds(1)); };
    CHECK_FALSE(test::run_on<bool>(context, short_join));
    CHECK_FALSE(ran);
    start();
    start(); // once is enough
    CHECK(group.running() == 1);
    auto join = [&group] { return group.join(seconds(10)); };
    CHECK(test::run_on<bool>(context, join));
    CHECK(ran);
    start(); // and late is no trouble
}

TEST_CASE("cancel drops what is to start later, and all that it holds") {
    asio::io_context context{1};
    task_group group(context.get_executor());
    std::function<void()> start;
    auto kept = std::make_shared<int>(1);
    group.spawn_later(
        "later",
        [&start](std::function<void()> given) { start = std::move(given); },
        [kept]() -> awaitable<> {
            ++*kept;
            co_return;
        }
    );
    CHECK(kept.use_count() == 2);
    group.cancel();
    CHECK(kept.use_count() == 1);
    CHECK(group.running() == 0);
    start();
    context.run();
    CHECK(*kept == 1);
}
