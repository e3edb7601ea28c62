// Which receivers may be called now. A receiver that takes its time must not take it from the
// others: each gets a few places, and one that only lets callers wait is left alone for a while.
// Per process, and pure: the caller tells the time.
#pragma once

#include "imagined/base/async.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace imagined::worker {

class host_gate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct limits {
        std::size_t places = 16;       // deliveries under way at a time
        milliseconds slow{5000};       // a failure that took this long used up somebody's time
        int slow_in_a_row = 4;         // so many open the breaker
        milliseconds open_for{30000};  // then one delivery at a time tries it
        milliseconds busy_for{100};    // when to look again where every place is taken
        std::size_t remembered = 4096; // hosts with a bad record and nobody inside
    };

    explicit host_gate(limits chosen) : limits_(chosen) {}

    // nullopt: a place is taken, to be left by leave(). Else: how long to wait before asking again.
    std::optional<milliseconds> enter(const std::string& host, time_point now);

    // The delivery that entered at `entered` is over. Quick failures (refused connections, 500s)
    // cost nobody anything: the schedule of the event is enough for them.
    void leave(const std::string& host, time_point entered, time_point now, bool delivered);

    // The delivery that has just entered does not take place after all.
    void withdraw(const std::string& host);

    // Hosts that are remembered at all: those with a delivery under way or a bad record.
    std::size_t size() const { return hosts_.size(); }

private:
    void forget_some();

    struct record {
        std::size_t inside = 0;
        int slow = 0;
        time_point open_until{};
    };

    limits limits_;
    std::map<std::string, record> hosts_;
};

} // namespace imagined::worker
