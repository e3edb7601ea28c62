#include "imagined/base/async.hpp"

#include <boost/asio/this_coro.hpp>

namespace imagined {

awaitable<> pause_for(milliseconds duration) {
    steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(as_outcome);
}

} // namespace imagined
