// What `serve` and the operator commands build alike.
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/backend/roster.hpp"
#include "imagined/config/settings.hpp"
#include "imagined/queue/redis_queue.hpp"
#include "imagined/redis/client.hpp"

#include <string>
#include <vector>

namespace imagined::app {

// How the configured queue is opened; the rest is the opener's.
queue::queue_options queue_options_of(const config::settings& settings);

// All backends. Fails as backend::backend::create() does for the first that cannot be used.
result<backend::roster> open_roster(
    const executor& on,
    const std::vector<backend::backend_options>& backends,
    const http::egress_policy& fetch_rules
);

// Tells of the tasks of the queue with this prefix as they change. `on` must outlive the feeds.
api::change_feed change_feed_of(const executor& on, redis::client_options to, std::string prefix);

} // namespace imagined::app
