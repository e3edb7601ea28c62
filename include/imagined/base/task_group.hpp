// Owns the background coroutines of a process. Nothing in the program is spawned bare: a failure is
// logged with the coroutine's name instead of tearing the event loop down, shutdown can ask, wait
// and then cut, and a test can join.
#pragma once

#include "imagined/base/async.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace imagined {

class task_group {
public:
    // The group's children run on `where`, whose io_context must outlive the group.
    explicit task_group(executor where);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    // Cancels what is left; children then end when the io_context runs or is destroyed.
    ~task_group();

    // Starts `body` at the next turn of the loop. `body` is kept alive until its coroutine ends, so
    // a capturing lambda is safe here. An exception that leaves it is logged under `name`.
    // After stop() nothing is started any more.
    void spawn(std::string name, std::function<awaitable<>()> body);

    // As spawn(), once `begin`, which is called at once, has called the function that it is given
    // (not from within itself). Until then the child costs a few words instead of a coroutine, and
    // cancel() destroys it; the function then does nothing.
    void spawn_later(
        std::string name,
        const std::function<void(std::function<void()> start)>& begin,
        std::function<awaitable<>()> body
    );

    // True once stop() was called: loops ask it between steps.
    bool stopping() const;

    std::size_t running() const;

    // From now on spawn() does nothing. Children notice by stopping() or by cancel().
    void stop();

    // Cancels every child, at once or at the next turn of the loop (terminal cancellation: pending
    // waits end with operation_aborted; what spawn_later() has not started goes at once).
    void cancel();

    // Waits until no child runs, or `limit` has passed; true if none is left.
    awaitable<bool> join(milliseconds limit);

private:
    struct state;

    static void
    start(const std::shared_ptr<state>& group, std::string name, std::function<awaitable<>()> body);

    std::shared_ptr<state> state_;
};

} // namespace imagined
