// A deadline that acts: when it passes, a function runs (it closes a socket or wakes a waiter). On
// Boost 1.81 closing is the one way to end every kind of wait, TLS included, at once and for good.
#pragma once

#include "imagined/base/async.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace imagined::http {

class alarm {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit alarm(executor where) : timer_(where), state_(std::make_shared<state>()) {}

    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    ~alarm() { state_->act = nullptr; }

    // Replaces what was set before. `act` runs at most once, from the event loop, and never after
    // this object is gone.
    void set(time_point when, std::function<void()> act) {
        state_->act = std::move(act);
        const auto turn = ++state_->turn;
        timer_.expires_at(when);
        timer_.async_wait([held = state_, turn](const boost::system::error_code& ec) {
            // A ring that was already under way when the alarm was set anew is a stale one.
            if (!ec && held->turn == turn && held->act) {
                held->rung = true;
                std::exchange(held->act, nullptr)();
            }
        });
    }

    void clear() {
        state_->act = nullptr;
        timer_.cancel();
    }

    bool rung() const { return state_->rung; }

    executor get_executor() { return timer_.get_executor(); }

private:
    struct state {
        std::function<void()> act;
        unsigned turn = 0;
        bool rung = false;
    };

    steady_timer timer_;
    std::shared_ptr<state> state_;
};

} // namespace imagined::http
