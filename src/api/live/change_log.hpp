// What has changed of late, over all tasks: read and rendered once, for however many streams. Each
// entry has a number, so that a client which comes back is told what it missed, as long as the log
// reaches back; where it does not, or where changes may have gone unheard, the entry `reset` tells
// clients to fetch anew what they show.
#pragma once

#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"
#include "live/hub.hpp"
#include "live/outlook.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace imagined::api {

struct log_entry {
    enum class audience {
        everybody,
        owner,  // the caller, and who sees all
        caller, // that alone: its own figures
        who_see_all
    };

    std::uint64_t number = 0;
    audience meant = audience::everybody;
    std::string caller;
    std::string text; // as server-sent events

    bool is_for(const queue::scope& who) const;
};

class change_log {
public:
    // Renders one task, or "" if that cannot be.
    using renderer = std::function<awaitable<std::string>(const queue::followed& task)>;

    struct parts {
        queue::reading& tasks;
        figures& counted;
        live_hub& hub;
        renderer show;
    };

    change_log(parts with, milliseconds kept_for);
    change_log(const change_log&) = delete;
    change_log& operator=(const change_log&) = delete;
    ~change_log();

    // Who reads the log. It rings when there is something new; it may outlive the log.
    class reader;
    std::unique_ptr<reader> open(executor on, queue::scope who);

private:
    struct state;
    std::shared_ptr<state> state_;
};

class change_log::reader {
public:
    reader(std::shared_ptr<state> from, executor on, queue::scope who);
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;
    ~reader();

    // Goes on after the entry of this name (an event's id); to be told `reset` first where the log
    // does not know it, or not all that came after it.
    void resume(const std::string& id);

    // What is new, up to about `most` bytes; "" when nothing is.
    std::string read(std::size_t most);

    const queue::scope& who() const { return who_; }

    awaitable<bool> wait(milliseconds limit) { return bell_.wait(limit); }

    void ring() { bell_.ring(); }

private:
    std::shared_ptr<state> from_;
    queue::scope who_;
    std::uint64_t next_ = 0;
    bool lost_ = true; // a reset is owed
    wakeup bell_;
};

} // namespace imagined::api
