// Where requests wait for what becomes of their tasks: long polls, and drawings that are answered
// once they are there. However many wait, their tasks are read together, and a task is read when
// the hub has heard of it; else only every now and then, in case that something was missed.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/queue/reading.hpp"
#include "live/hub.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace imagined::api {

class completion_waiter {
public:
    // The task as it was last read; nullopt before that.
    using latest = std::optional<queue::snapshot>;

    struct parts {
        queue::reading& tasks;
        live_hub& hub;
        std::function<bool()> draining;
    };

    struct wish {
        std::string id; // of a task that whoever waits may see: that is not judged here
        std::function<bool(const queue::snapshot& task)> fulfilled;
        // Whether to give up before that; asked after each look, and twice a second while the
        // process drains.
        std::function<bool(const latest& seen)> leaves;
        std::optional<milliseconds> limit{}; // without one: as long as it takes
    };

    // A task of which nothing is heard is read every `look_again`.
    completion_waiter(parts with, milliseconds look_again);
    completion_waiter(const completion_waiter&) = delete;
    completion_waiter& operator=(const completion_waiter&) = delete;
    ~completion_waiter();

    // The task, once the wish is fulfilled, left or over. Fails with `not_found` when the queue has
    // no such task any more, and with `unavailable` when it has been silent for long. The waiter
    // must outlive the coroutine; one that is cancelled waits no more.
    awaitable<result<latest>> wait(wish wanted);

    std::size_t waiting() const;

private:
    struct core;
    std::shared_ptr<core> core_;
};

} // namespace imagined::api
