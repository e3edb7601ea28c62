// What calls of one task that did not start mean for its next one: when it may be made, and whether
// there is anybody left to ask. Pure.
#pragma once

#include "imagined/queue/work.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>

namespace imagined::worker {

class setbacks {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // Whatever an upstream answers, it makes a task call no more than once in this time.
    static constexpr milliseconds shortest_pause{1000};
    // So often a task that nobody else can serve meets an address where nothing is, then it ends.
    static constexpr int most_absences = 3;

    // A call did not start, as was heard at `now`.
    void met(time_point now) { next_call_ = std::max(next_call_, now + shortest_pause); }

    // The next call began although some did not start before.
    void went_on(time_point now);

    // The same, and the backend has nothing at the operation's address.
    void absent(const std::string& backend, const queue::setback& told, time_point now);

    // The operation is shut at the backend; so often the task itself found nothing there.
    void shut(const std::string& backend, int absences);

    time_point next_call() const { return next_call_; }

    bool some_absent() const { return !absences_.empty(); }

    // All of these backends have nothing at their address, and the task has met that often enough.
    bool hopeless(const std::set<std::string>& backends) const;

    // True if all of them have nothing at their address, and the task has the right to the next try
    // somewhere: it is used up, and next_call() says when.
    bool wait_for_right(const std::set<std::string>& backends);

private:
    bool nobody_else(const std::set<std::string>& backends) const;

    time_point next_call_{};
    std::map<std::string, int> absences_; // by backend, of this task
    std::map<std::string, time_point> rights_;
};

} // namespace imagined::worker
