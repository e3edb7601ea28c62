#include "redis_watch.hpp"

#include "imagined/base/log.hpp"

#include <utility>

namespace imagined::app {

namespace {

constexpr seconds calm_period{2};
constexpr seconds glance_period{1};         // at the connection
constexpr milliseconds trouble_period{250}; // at everything, while nothing can be written
constexpr milliseconds probe_deadline{1500};

// Reads what there is to know.
awaitable<result<redis_facts>> look(redis::client& client) {
    redis::arguments info{"INFO"};
    const auto told = co_await client.execute(std::move(info), probe_deadline);
    if (!told) {
        co_return told.error();
    }
    auto facts = parse_info(told->text() == nullptr ? "" : *told->text());
    redis::arguments config{"CONFIG", "GET", "appendfsync"};
    const auto fsync = co_await client.execute(std::move(config), probe_deadline);
    if (fsync && fsync->items() != nullptr && fsync->items()->size() == 2) {
        const auto* value = (*fsync->items())[1].text();
        facts.fsync = value == nullptr ? "" : *value;
    }
    co_return facts;
}

} // namespace

redis_facts parse_info(std::string_view info) {
    redis_facts facts;
    while (!info.empty()) {
        const auto end = info.find("\r\n");
        const auto line = info.substr(0, end);
        info.remove_prefix(end == std::string_view::npos ? info.size() : end + 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;
        }
        const auto name = line.substr(0, colon);
        const auto value = line.substr(colon + 1);
        if (name == "loading") {
            facts.loading = value == "1";
        } else if (name == "aof_enabled") {
            facts.aof = value == "1";
        } else if (name == "maxmemory_policy") {
            facts.policy = value;
        }
    }
    return facts;
}

std::string refusal_of(const redis_facts& facts) {
    if (facts.policy.empty() || facts.policy == "noeviction") {
        return "";
    }
    return "redis.url: the server's maxmemory-policy is " + facts.policy
           + ", which lets it forget tasks; set it to noeviction";
}

std::vector<std::string> warnings_of(const redis_facts& facts) {
    std::vector<std::string> warnings;
    if (!facts.aof) {
        warnings.emplace_back("redis has no append-only file: accepted tasks may be lost with it");
    } else if (!facts.fsync.empty() && facts.fsync != "always") {
        warnings.emplace_back(
            "redis has appendfsync " + facts.fsync + ": a crash may lose accepted tasks; use always"
        );
    }
    return warnings;
}

redis_health judge(const result<redis_facts>& facts, const std::optional<result<void>>& probed) {
    redis_health health;
    if (!facts) {
        health.reason = facts.error().detail;
        health.barred = facts.error().kind == failure_kind::rejected;
        return health;
    }
    health.warnings = warnings_of(*facts);
    health.reason = refusal_of(*facts);
    if (!health.reason.empty()) {
        health.barred = true;
    } else if (!probed) {
        health.reason = "redis was not tried yet";
    } else if (!*probed) {
        health.reason = probed->error().detail;
        health.barred = probed->error().kind == failure_kind::rejected;
    } else {
        health.writable = true;
    }
    return health;
}

awaitable<> watch(
    redis::client& client,
    queue::operating& tasks,
    redis_health& health,
    std::function<void()> connected,
    std::function<void(std::string)> refused
) {
    bool looked = false;
    bool was_writable = false;
    std::string told;
    for (;;) {
        if (!client.connected()) { // until the next look is answered, what was known is void
            health.writable = false;
            health.reason = client.trouble();
        }
        const auto facts = co_await look(client);
        if (facts && !std::exchange(looked, true)) {
            if (const auto why = refusal_of(*facts); !why.empty()) {
                refused(why);
                co_return;
            }
        }
        std::optional<result<void>> probed;
        if (facts) {
            probed = co_await tasks.probe();
        }
        auto judged = judge(facts, probed);
        if (!judged.writable) { // told at once, not after the wait for one more answer
            health = judged;
        }
        // Failing that, the answer "late" says so, and asks again.
        static_cast<void>(co_await client.measure_clock(probe_deadline));
        health = std::move(judged);
        if (health.writable && !was_writable) {
            told.clear();
            connected();
        } else if (facts && health.reason != told) { // else the client has said it
            told = health.reason;
            log::warning("redis cannot be used", {{"reason", told}});
        }
        was_writable = health.writable;
        const auto next = std::chrono::steady_clock::now() + calm_period;
        do {
            co_await pause_for(health.writable ? glance_period : trouble_period);
            // Back after a loss it may be loading, or another server.
        } while (health.writable && client.connected() && std::chrono::steady_clock::now() < next);
    }
}

} // namespace imagined::app
