// What a serving process does from when it is built until it has been drained: it answers, watches
// Redis and the disk, gets to work as soon as Redis is there, and ends by a signal.
#pragma once

#include "generation_switch.hpp"
#include "readiness.hpp"
#include "redis_watch.hpp"

#include "imagined/api/api.hpp"
#include "imagined/base/async.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/http/server.hpp"
#include "imagined/queue/operating.hpp"
#include "imagined/queue/shared_door.hpp"
#include "imagined/redis/client.hpp"
#include "imagined/redis/embedded.hpp"
#include "imagined/store/disk.hpp"
#include "imagined/store/picture_addresses.hpp"

#include <functional>

namespace imagined::app {

struct lifetime_options {
    bool signs_links = false; // the addresses of pictures
};

// All of it outlives the lifetime.
struct lifetime_parts {
    asio::io_context& loop;
    redis::client& redis;
    redis_health& redis_now;                    // kept up to date
    redis::embedded_server* embedded = nullptr; // null: Redis is not our child
    queue::operating& operating;
    queue::shared_door& door;
    store::picture_addresses& pictures;
    store::disk_watch& disk;
    generation_switch& generations;
    std::function<api::reloaded()> reload;
    readiness_probe& readiness;
    http::server& server; // run() starts it
};

class lifetime {
public:
    lifetime(lifetime_options options, const lifetime_parts& parts);
    lifetime(const lifetime&) = delete;
    lifetime& operator=(const lifetime&) = delete;

    // Runs the loop until SIGTERM or SIGINT has drained the process or a second one cuts it, or
    // Redis turns out to be one that must not be used. Returns the exit code.
    int run();

private:
    void redis_came();
    awaitable<> learn_addresses();
    void start_work();
    awaitable<> wait_for_signals();
    awaitable<> wait_for_hang_up(bool ends);
    void begin_drain();
    awaitable<> drain();
    void stop_now(int code);

    lifetime_options options_;
    lifetime_parts parts_;
    int exit_code_;
    task_group group_;
};

} // namespace imagined::app
