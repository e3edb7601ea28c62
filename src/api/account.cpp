#include "answers.hpp"
#include "handlers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

// Web clients want to see an account before they let anybody draw. Ours is the program itself: no
// Discord behind it, and nothing secret in it.
awaitable<http::response> list_accounts(context& api, call /*from*/) {
    std::int64_t slots = 0;
    for (const auto& member : api.parts.backends.members()) {
        for (const auto& slot : member->slots()) {
            slots += slot.limit;
        }
    }
    const auto minutes =
        std::chrono::duration_cast<std::chrono::minutes>(api.options.task_timeout).count();
    const nlohmann::json account{
        {"id", "imagined"},
        {"guildId", "imagined"},
        {"channelId", "imagined"},
        {"enable", !api.parts.backends.empty()},
        {"coreSize", slots},
        {"queueSize", api.options.queue_limit},
        {"timeoutMinutes", std::max<std::int64_t>(minutes, 1)},
        {"properties", nlohmann::json::object()},
    };
    co_return json_answer(200, nlohmann::json::array({account}).dump());
}

} // namespace imagined::api
