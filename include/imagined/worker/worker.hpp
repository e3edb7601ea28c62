// The working half of a process: claims tasks, makes their calls, stores their pictures, delivers
// their callbacks, and runs the duties that keep the queue healthy. One duty per file under
// src/worker; none needs a leader, so any number of processes may run them.
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/metrics/registry.hpp"
#include "imagined/queue/outbox.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/work.hpp"
#include "imagined/redis/client.hpp"
#include "imagined/store/disk.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture_addresses.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::worker {

struct worker_options {
    std::size_t concurrency = 1000; // tasks held at a time in this process
    milliseconds lease{15000};
    store::picture_format grid_format = store::picture_format::jpeg;
    milliseconds task_ttl{7LL * 24 * 3600 * 1000};
    milliseconds image_ttl{30LL * 24 * 3600 * 1000};
    std::size_t max_picture_bytes = 64UL * 1024 * 1024;
    std::size_t max_deliveries = 256; // callbacks under way at a time, shared among callers
    std::size_t max_seekers = 4096;   // those that wait for a place at their receiver, as well
    std::size_t max_deliveries_per_host = 16; // so that a tarpit starves nobody
    double max_spend_per_day = 0;             // USD, all backends; 0: no cap
    std::string link_key = {};                // signs the links of input pictures
    std::vector<std::string> callers = {};    // those that the metrics name
    milliseconds poll{1000};                  // without any hint; hints make it immediate
};

struct worker_parts {
    executor on;
    queue::work& tasks;
    queue::outbox& callbacks;
    queue::reading& reading;
    store::image_store& images;
    const store::picture_addresses& pictures; // as callbacks name them
    offload_pool& pool;
    store::disk_watch& disk; // tried by its owner
    const backend::roster& backends;
    callback::courier& courier;
    metrics::registry& metrics;
    // Whether new work may begin; what is paid is stored all the same. Without one: always.
    std::function<bool()> may_begin = {};
};

class worker {
public:
    static std::unique_ptr<worker> create(worker_options options, const worker_parts& parts);

    virtual ~worker() = default;

    virtual void start() = 0;

    // A message of queue::hint_channel arrived (any process, also this one).
    virtual void hint(std::string_view message) = 0;

    // Hints may have been missed.
    virtual void hint_all() = 0;

    // Stops claiming, releases what has no call in flight, lets calls in flight finish up to their
    // deadlines and `limit`. True if nothing is left.
    virtual awaitable<bool> drain(milliseconds limit) = 0;

    // Ends everything at once. What was in flight is recovered by its lease.
    virtual void cut() = 0;

    // After cut(): waits until nothing of it runs any more; false if `limit` passes first. Then the
    // worker, and what it was made of, may be destroyed while the loop goes on.
    virtual awaitable<bool> join(milliseconds limit) = 0;

    virtual std::size_t held() const = 0;

    // What an operator would want to know: receivers at which callbacks fail.
    virtual std::vector<std::string> warnings() const = 0;

    // How long ago a loop of this worker last made a step; grows when it is wedged.
    virtual milliseconds since_progress() const = 0;
};

} // namespace imagined::worker
