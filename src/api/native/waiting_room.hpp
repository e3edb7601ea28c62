// Where requests wait for the end of their tasks. However many wait, one of them at a time asks the
// queue, and for all of them at once.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/queue/task_queue.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>

namespace imagined::api {

class waiting_room {
public:
    explicit waiting_room(queue::task_queue& tasks) : tasks_(tasks) {}

    // The task once it has ended, or as it was last seen when `leave` (asked a few times a second)
    // says so; nullopt when it was not seen, because the queue is silent or has forgotten it.
    // `unavailable` when the queue has been silent for long.
    awaitable<result<std::optional<queue::snapshot>>>
    wait(std::string id, std::function<bool(const std::optional<queue::snapshot>& seen)> leave);

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct guest {
        std::string id;
        std::optional<queue::snapshot> seen;
    };

    awaitable<> look();

    queue::task_queue& tasks_;
    std::list<guest*> guests_;
    bool looking_ = false;
    time_point looked_;
    time_point answered_ = std::chrono::steady_clock::now();
};

} // namespace imagined::api
