#include "answers/answers.hpp"
#include "mj/handlers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

// Web clients want to see an account before they let anybody draw. Ours is the program itself: no
// Discord behind it, and nothing secret in it.
nlohmann::json account_of(const context& api) {
    std::int64_t slots = 0;
    for (const auto& member : api.parts.backends.members()) {
        for (const auto& slot : member->slots()) {
            slots += slot.limit;
        }
    }
    const auto minutes =
        std::chrono::duration_cast<std::chrono::minutes>(api.options.task_timeout).count();
    return {
        {"id", "imagined"},
        {"guildId", "imagined"},
        {"channelId", "imagined"},
        {"enable", !api.parts.backends.empty()},
        {"coreSize", slots},
        {"queueSize", api.options.queue_limit},
        {"timeoutMinutes", std::max<std::int64_t>(minutes, 1)},
        {"properties", nlohmann::json::object()},
    };
}

} // namespace

awaitable<http::response> list_accounts(context& api, call /*from*/) {
    co_return json_answer(200, nlohmann::json::array({account_of(api)}).dump());
}

// The same with what the trueai web UI shows of one. What runs and waits is told to who sees all.
awaitable<http::response> list_ui_accounts(context& api, call from) {
    nlohmann::json account = account_of(api);
    queue::statistics counted;
    if (from.who.sees_all) {
        counted = co_await api.counted.now();
    }
    account.update(nlohmann::json{
        {"isYouChuan", false},
        {"isOfficial", false},
        {"isAutoLogining", false},
        {"lock", false},
        {"running", !api.parts.backends.empty()},
        {"runningCount", counted.running},
        {"queueCount", counted.waiting},
        {"fastTimeRemaining", ""},
        {"relaxTimeRemaining", ""},
        {"allowModes", {"FAST", "RELAX", "TURBO"}},
        {"todayDraw", "0 / 0 / 0"},
        {"todayCounter", nlohmann::json::object()},
        {"remark", "imagined"},
        {"disabledReason", ""},
        {"mode", nullptr},
        {"weight", 1},
    });
    co_return json_answer(200, nlohmann::json::array({std::move(account)}).dump());
}

} // namespace imagined::api
