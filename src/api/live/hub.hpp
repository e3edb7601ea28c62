// Who watches which task. One subscription to the queue's channel of changes serves all long polls
// and streams of the process; it is open while somebody watches, and a little longer. A message
// says only "look again": what is told to a client is always read from the queue, so a message that
// was lost costs time and no event.
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace imagined::api {

class live_hub {
    struct core;

public:
    // Told of every change, whoever's it is.
    class listener {
    public:
        virtual ~listener() = default;
        virtual void changed(std::string_view id) = 0;
        // The feed came (back): changes before this moment may have been missed, none after it.
        virtual void came() = 0;
    };

    // One who watches one task. Rings when the task has changed or changes may have been missed.
    class ticket {
    public:
        ticket(
            std::shared_ptr<core> from, executor on, std::string id, std::function<void()> also_tell
        );
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;
        ~ticket();

        // True if rung, before or during the wait.
        awaitable<bool> wait(milliseconds limit) { return bell_.wait(limit); }

        // Ends a wait; for the owner's own reasons.
        void ring() { bell_.ring(); }

        // The task has changed, or may have.
        void changed() {
            bell_.ring();
            if (also_tell_) {
                also_tell_();
            }
        }

    private:
        friend class live_hub;
        friend struct core;

        std::shared_ptr<core> from_;
        std::string id_;
        wakeup bell_;
        std::function<void()> also_tell_;
    };

    // Without `open` nothing rings, and watchers look again by their own clocks.
    live_hub(change_feed open, milliseconds kept_for);
    live_hub(const live_hub&) = delete;
    live_hub& operator=(const live_hub&) = delete;
    ~live_hub();

    // The ticket may outlive the hub. `also_tell` is called whenever it rings for a change; it may
    // not give tickets back.
    std::unique_ptr<ticket>
    watch(executor on, std::string id, std::function<void()> also_tell = {});

    // The feed stays open as long as `all` is set, which must outlive that.
    void listen(executor on, listener* all);

    // The feed is there: a change from now on rings.
    bool connected() const;

    std::size_t watchers() const;

private:
    std::shared_ptr<core> core_;
};

} // namespace imagined::api
