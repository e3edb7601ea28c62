// A queue as the conformance suite sees it: its ports, and the clock that the test moves. The suite
// runs on Redis, and with QUEUE_UNDER_TEST=memory on the queue in memory.
#pragma once

#include "imagined/queue/operating.hpp"
#include "imagined/queue/outbox.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/queue/work.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::test {

struct queue_ports {
    queue::submission* submission = nullptr;
    queue::work* work = nullptr;
    queue::outbox* outbox = nullptr;
    queue::reading* reading = nullptr;
    queue::operating* operating = nullptr;
};

class queue_under_test {
public:
    struct conditions {
        unix_millis now = 0;
        int repeats = 0; // how often a lost call may be repeated
        std::function<void(std::string_view)> on_submit = {};
    };

    virtual ~queue_under_test() = default;

    // The ports under these conditions, until the next call.
    virtual queue_ports open(const conditions& now) = 0;

    // The names of all that it keeps: the same before and after, if nothing has come or gone.
    virtual std::vector<std::string> trace() = 0;
};

} // namespace imagined::test
