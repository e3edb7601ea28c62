#include "alarm.hpp"

#include <utility>

namespace imagined::http {

struct alarm_clock::state {
    explicit state(executor where) : timer(where) {}

    // Sees to it that the timer runs to the first alarm, or before it.
    static void arm(const std::shared_ptr<state>& clock);
    static void ring(const std::shared_ptr<state>& clock);

    steady_timer timer;
    alarm::time_point wakes = alarm::time_point::max(); // when the timer ends; max: it does not run
    std::multimap<alarm::time_point, alarm*> set;
};

void alarm_clock::state::arm(const std::shared_ptr<state>& clock) {
    if (clock->set.empty()) {
        clock->wakes = alarm::time_point::max();
        clock->timer.cancel(); // or it would keep the loop running
        return;
    }
    const auto first = clock->set.begin()->first;
    if (first >= clock->wakes) {
        return; // it looks again then: most alarms are cleared long before their time
    }
    clock->wakes = first;
    clock->timer.expires_at(first);
    clock->timer.async_wait([weak =
                                 std::weak_ptr<state>(clock)](const boost::system::error_code& ec) {
        const auto held = weak.lock();
        if (!ec && held) {
            ring(held);
        }
    });
}

void alarm_clock::state::ring(const std::shared_ptr<state>& clock) {
    clock->wakes = alarm::time_point::max();
    const auto now = std::chrono::steady_clock::now();
    // What one of them does may clear others.
    while (!clock->set.empty() && clock->set.begin()->first <= now) {
        clock->set.begin()->second->ring();
    }
    arm(clock);
}

alarm_clock::alarm_clock(executor where) : state_(std::make_shared<state>(where)) {}

alarm::alarm(const alarm_clock& by) : clock_(by.state_) {}

void alarm::set(time_point when, std::function<void()> act) {
    if (act_) {
        clock_->set.erase(place_);
    }
    act_ = std::move(act);
    place_ = clock_->set.emplace(when, this);
    alarm_clock::state::arm(clock_);
}

void alarm::clear() {
    if (act_) {
        act_ = nullptr;
        clock_->set.erase(place_);
        if (clock_->set.empty()) {
            alarm_clock::state::arm(clock_);
        }
    }
}

void alarm::ring() {
    clock_->set.erase(place_);
    rung_ = true;
    std::exchange(act_, nullptr)(); // which may be the end of this object
}

executor alarm::get_executor() const {
    return clock_->timer.get_executor();
}

} // namespace imagined::http
