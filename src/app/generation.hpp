// What one reading of the configuration makes: everything that knows callers, keys, backends,
// budgets and lists. Reading it again makes another one; what an earlier one has begun ends under
// it.
#pragma once

#include "built_in_sandbox.hpp"
#include "redis_watch.hpp"

#include "imagined/api/api.hpp"
#include "imagined/backend/roster.hpp"
#include "imagined/base/offload_pool.hpp"
#include "imagined/callback/courier.hpp"
#include "imagined/config/settings.hpp"
#include "imagined/http/client.hpp"
#include "imagined/http/server.hpp"
#include "imagined/queue/redis_queue.hpp"
#include "imagined/queue/shared_door.hpp"
#include "imagined/store/disk.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture_addresses.hpp"
#include "imagined/worker/worker.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace imagined::app {

// What lives as long as the process, and outlives every generation.
struct standing_parts {
    executor on;
    const queue::ports& ports;
    queue::shared_door& door;
    built_in_sandbox& simulated;
    store::image_store& images;
    const store::picture_addresses& pictures;
    store::disk_watch& disk;
    offload_pool& pool;
    metrics::registry& metrics;
    const redis_health& redis_now;
    api::change_feed changes;
    std::string link_key;
    std::string url;       // where no public_url is configured
    std::size_t calls = 0; // to upstreams, at a time
    bool works = true;     // false: this process only answers
    std::function<api::readiness()> ready;
    std::function<api::reloaded()> reload;
};

struct generation {
    queue::operating* operating = nullptr; // is told who may call
    std::string public_url = {};
    std::vector<std::string> warnings = {}; // of the configuration
    std::vector<api::caller_options> callers = {};
    backend::roster backends;
    std::unique_ptr<callback::courier> courier = {};
    std::unique_ptr<http::client> web = {};
    std::unique_ptr<worker::worker> worker = {}; // null: this process only answers
    std::unique_ptr<http::handler> api = {};
    std::unique_ptr<http::handler> console = {};
    std::unique_ptr<http::handler> front_door = {};
};

// Builds one; nothing of it works yet. Throws cannot_start.
std::unique_ptr<generation>
make_generation(const config::settings& settings, const standing_parts& standing);

} // namespace imagined::app
