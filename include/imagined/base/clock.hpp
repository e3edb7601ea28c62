// Wall time as the protocol speaks it: integer milliseconds since the Unix epoch. Decisions take
// `now` as an argument; only I/O loops ask a clock, so a test can own the time.
#pragma once

#include <chrono>
#include <cstdint>

namespace imagined {

using unix_millis = std::int64_t;

class clock {
public:
    virtual ~clock() = default;
    virtual unix_millis now() const = 0;
};

// The machine's clock. One shared instance, usable from any thread.
const clock& system_clock();

class manual_clock final : public clock {
public:
    explicit manual_clock(unix_millis start) : now_(start) {}

    unix_millis now() const override { return now_; }

    void advance(std::chrono::milliseconds by) { now_ += by.count(); }

private:
    unix_millis now_;
};

} // namespace imagined
