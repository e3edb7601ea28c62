// The queue on Redis.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/queue/operating.hpp"
#include "imagined/queue/outbox.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/queue/work.hpp"
#include "imagined/redis/client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace imagined::queue {

struct queue_options {
    std::string prefix = "imagined";
    milliseconds command_deadline{2000};
    // on_ambiguous: how often the lost part of a task may be asked for again (0 or 1).
    int ambiguous_retries = 0;
    seconds key_disabled_for{300};
    // Called when tasks are on their way to Redis, with the hint for each of their lanes. A claim
    // begun now comes right behind them: it waits for no hint, and is flushed along with them.
    std::function<void(std::string_view hint)> on_submit;
    std::string fixed_now; // tests only: "" or milliseconds that stand for Redis' TIME
};

// All ports of one queue.
struct ports {
    std::unique_ptr<queue::submission> submission;
    std::unique_ptr<queue::work> work;
    std::unique_ptr<queue::outbox> outbox;
    std::unique_ptr<queue::reading> reading;
    std::unique_ptr<queue::operating> operating;
};

// `on` must outlive them.
ports open_redis_queue(redis::client& on, const queue_options& options);

// The channel of hints: "q <lane>" when a task became claimable, "q" when a place became free, "c"
// when a callback became due.
std::string hint_channel(std::string_view prefix);

// The channel of changes: the ids, divided by spaces, of tasks that were submitted or have a new
// event. A subscriber is told when to look, and reads with follow().
std::string live_channel(std::string_view prefix);

} // namespace imagined::queue
