// The server's clock, from what TIME told. Between measures the monotonic clock carries it on: this
// machine's wall clock may step, and must not take the server's along.
#pragma once

#include "imagined/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace imagined::redis {

class server_clock {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // The server read `told` at some moment between question and answer. The first measure counts
    // by its middle. A later one only corrects what it refutes: a server that answers late says
    // little about its clock, and must not spoil what a quick answer told.
    void hear(unix_millis told, time_point asked, time_point answered) {
        const unix_millis least = told - in_millis(answered);
        const unix_millis most = told - in_millis(asked);
        offset_ = offset_ ? std::clamp(*offset_, least, most) : least + (most - least) / 2;
    }

    bool known() const { return offset_.has_value(); }

    // Only when known().
    unix_millis at(time_point moment) const { return in_millis(moment) + *offset_; }

private:
    static unix_millis in_millis(time_point moment) {
        const auto since = moment.time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    }

    std::optional<unix_millis> offset_; // to the monotonic clock
};

} // namespace imagined::redis
