// Tells a slow sender from a dead drip: the rate is averaged over whole windows, so a short stall
// is forgiven and one byte a second is not.
#pragma once

#include <chrono>
#include <cstddef>

namespace imagined::http {

class body_pace {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::size_t bytes_a_second = 0;
        std::chrono::milliseconds window{10000};
    };

    void start(time_point now) {
        window_start_ = now;
        received_ = 0;
    }

    void received(std::size_t bytes) { received_ += bytes; }

    // True when a window has ended with fewer bytes than the rate asks for; begins the next one.
    bool too_slow(time_point now, const limits& chosen) {
        const auto passed = std::chrono::duration<double>(now - window_start_).count();
        if (now - window_start_ < chosen.window) {
            return false;
        }
        const auto wanted = static_cast<double>(chosen.bytes_a_second) * passed;
        const bool slow = static_cast<double>(received_) < wanted;
        start(now);
        return slow;
    }

private:
    time_point window_start_{};
    std::size_t received_ = 0;
};

} // namespace imagined::http
