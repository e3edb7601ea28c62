// Gathers what is asked of one script into one call of it: what one turn of the
// event loop brings, and what comes while a call is under way. The start of a
// script is most of its cost: what tasks have in common is sent, looked up and
// announced once, and the answers of many arrive in one piece. So calls grow
// with the load, and alone a task waits for nothing.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/redis/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace imagined::queue {

class script_batch {
public:
    // Runs the script over the values of all tasks of a batch, within the time
    // given.
    using runner = std::function<awaitable<result<redis::reply>>(redis::arguments, milliseconds)>;

    // `name` for the log.
    script_batch(const char* name, runner run);
    script_batch(const script_batch&) = delete;
    script_batch& operator=(const script_batch&) = delete;
    ~script_batch();

    // One task's values in the script's order; returns its verdict. `left` is the
    // time in which the caller wants an answer; the shortest in a batch counts
    // for all. A caller that is cancelled while it waits is still answered,
    // within that time.
    awaitable<result<redis::reply>> join(redis::arguments task, milliseconds left);

private:
    struct open_batch;

    // Sends the open batch, whose tasks have all come by then.
    void launch();
    awaitable<> carry_out(std::shared_ptr<open_batch> batch);

    const char* name_;
    runner run_;
    std::shared_ptr<open_batch> open_; // still takes tasks
    int under_way_ = 0;                // calls without an answer
    std::optional<task_group> running_;
};

} // namespace imagined::queue
