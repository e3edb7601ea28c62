// The program's one coroutine dialect: Asio awaitables on a typed executor. A process runs one
// io_context on one thread; everything that waits lives there and needs no lock. CPU work goes to
// an offload_pool. The typed executor (not any_io_executor) halves the cost of a network operation.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>

namespace imagined {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;

template <class T = void>
using awaitable = asio::awaitable<T, executor>;

// Completion token of every leaf operation: `auto [ec, n] = co_await socket.async_read_some(b,
// as_outcome);` The leaf then translates `ec` into a failure.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> as_outcome{};

using steady_timer = asio::basic_waitable_timer<
    std::chrono::steady_clock,
    asio::wait_traits<std::chrono::steady_clock>,
    executor>;

using std::chrono::milliseconds;
using std::chrono::seconds;

// Resumes after `duration`; resumes early when the coroutine is cancelled.
awaitable<> pause_for(milliseconds duration);

} // namespace imagined
