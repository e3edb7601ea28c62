// Runs one coroutine of a test to its end on a fresh or given io_context and hands its value out.
#pragma once

#include "imagined/base/async.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>

namespace imagined::test {

// Drives `context` until `body` has ended, other work notwithstanding; rethrows its exception.
// Throws after `limit`: a test that hangs must fail by itself.
template <class T>
T run_on(
    asio::io_context& context, std::function<awaitable<T>()> body, seconds limit = seconds(60)
) {
    std::optional<T> value;
    std::exception_ptr error;
    bool done = false;
    asio::co_spawn(context.get_executor(), body(), [&](std::exception_ptr e, T v) {
        error = e;
        value = std::move(v);
        done = true;
    });
    context.restart();
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done) {
        if (context.run_one_until(end) == 0 && !done) {
            throw std::runtime_error("the coroutine under test did not end in time");
        }
    }
    if (error) {
        std::rethrow_exception(error);
    }
    return std::move(*value);
}

inline void
run_on(asio::io_context& context, std::function<awaitable<>()> body, seconds limit = seconds(60)) {
    std::exception_ptr error;
    bool done = false;
    asio::co_spawn(context.get_executor(), body(), [&](std::exception_ptr e) {
        error = e;
        done = true;
    });
    context.restart();
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done) {
        if (context.run_one_until(end) == 0 && !done) {
            throw std::runtime_error("the coroutine under test did not end in time");
        }
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

} // namespace imagined::test
