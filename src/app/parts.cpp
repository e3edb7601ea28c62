#include "parts.hpp"

#include <memory>
#include <utility>

namespace imagined::app {

queue::queue_options queue_options_of(const config::settings& settings) {
    queue::queue_options options;
    options.prefix = settings.redis_prefix;
    options.ambiguous_retries = settings.retry_ambiguous_once ? 1 : 0;
    return options;
}

result<backend::roster> open_roster(
    const executor& on,
    const std::vector<backend::backend_options>& backends,
    const http::egress_policy& fetch_rules
) {
    std::vector<std::unique_ptr<backend::backend>> members;
    for (const auto& options : backends) {
        auto made = backend::backend::create(on, options, fetch_rules);
        if (!made) {
            return made.error();
        }
        members.push_back(*std::move(made));
    }
    return backend::roster(std::move(members));
}

api::change_feed change_feed_of(const executor& on, redis::client_options to, std::string prefix) {
    return [on, to = std::move(to), prefix = std::move(prefix)](auto on_change, auto on_ready) {
        return std::shared_ptr<void>(redis::subscription::open(
            on, to, queue::live_channel(prefix), std::move(on_change), std::move(on_ready)
        ));
    };
}

} // namespace imagined::app
