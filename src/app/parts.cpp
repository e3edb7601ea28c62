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

} // namespace imagined::app
