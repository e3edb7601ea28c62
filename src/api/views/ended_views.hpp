// What pollers of ended tasks see, kept for a moment. An ended task's view never changes, and it is
// when a task ends that everybody who waits for it asks at once.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/queue/reading.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace imagined::api {

// The API JSON of a task with its entity tag. Both are shared by the answers that carry it.
struct shown_view {
    http::shared_text text;
    std::string etag;
};

class ended_views {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // A view is shown for at most so long without asking the queue: a task that is forgotten by
    // its retention is shown for so much longer.
    static constexpr std::chrono::milliseconds kept_for{1000};
    static constexpr std::size_t max_bytes = std::size_t{8} * 1024 * 1024;

    // The view of a task that `who` may see; nullptr when it is not at hand. It is there until the
    // next call.
    const shown_view* find(const queue::scope& who, const std::string& id, time_point now);

    // The task has ended, and belongs to `caller`.
    void keep(std::string id, std::string caller, shown_view view, time_point now);

private:
    struct entry {
        std::string caller;
        shown_view view;
    };

    // All of them are dropped at once, so none is older than the first.
    void drop_old(time_point now);

    std::unordered_map<std::string, entry> views_;
    std::size_t bytes_ = 0;
    time_point since_{};
};

} // namespace imagined::api
