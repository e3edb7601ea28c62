// A deadline that acts: when it passes, a function runs (it closes a socket or wakes a waiter). On
// Boost 1.81 closing is the one way to end every kind of wait, TLS included, at once and for good.
// Calls are held by the thousand, so the alarms of a clock share its one timer.
#pragma once

#include "imagined/base/async.hpp"

#include <functional>
#include <map>
#include <memory>

namespace imagined::http {

class alarm;

// Single-threaded, like its alarms, any of which may outlive it.
class alarm_clock {
public:
    explicit alarm_clock(executor where);

private:
    friend class alarm;

    struct state;

    std::shared_ptr<state> state_;
};

class alarm {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit alarm(const alarm_clock& by);
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    ~alarm() { clear(); }

    // Replaces what was set before. `act` runs at most once, from the event loop, and never after
    // this object is gone.
    void set(time_point when, std::function<void()> act);

    void clear();

    bool rung() const { return rung_; }

    executor get_executor() const;

private:
    friend struct alarm_clock::state;

    void ring();

    std::shared_ptr<alarm_clock::state> clock_;
    std::multimap<time_point, alarm*>::iterator place_; // in the clock, while it is set
    std::function<void()> act_;                         // empty: it is not set
    bool rung_ = false;
};

} // namespace imagined::http
