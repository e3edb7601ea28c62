// A coroutine's alarm: one side rings, the other waits with a limit. A ring while nobody waits is
// remembered (once), so "check, then wait" loses no event. Single-threaded like its io_context.
#pragma once

#include "imagined/base/async.hpp"

#include <utility>

namespace imagined {

class wakeup {
public:
    explicit wakeup(executor where) : timer_(where) {}

    void ring() {
        rung_ = true;
        timer_.cancel();
    }

    // True if rung (before or during the wait), false if `limit` passed first or on cancellation.
    awaitable<bool> wait(milliseconds limit) {
        if (!rung_) {
            timer_.expires_after(limit);
            co_await timer_.async_wait(as_outcome);
        }
        co_return std::exchange(rung_, false);
    }

private:
    steady_timer timer_;
    bool rung_ = false;
};

} // namespace imagined
