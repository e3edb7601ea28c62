#include "redis_watch.hpp"

#include "imagined/base/log.hpp"

namespace imagined::app {

namespace {

constexpr seconds calm_period{2};
constexpr seconds glance_period{1};         // at the connection
constexpr milliseconds trouble_period{250}; // at everything, while nothing can be written
constexpr milliseconds probe_deadline{1500};
constexpr std::string_view probe_lifetime_ms = "60000";

// Reads what there is to know; nullopt with the reason in `health` when Redis does not answer.
awaitable<std::optional<redis_facts>> look(redis::client& client, redis_health& health) {
    redis::arguments info{"INFO"};
    const auto told = co_await client.execute(std::move(info), probe_deadline);
    if (!told) {
        health.reason = told.error().detail;
        co_return std::nullopt;
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
        } else if (name == "role") {
            facts.replica = value == "slave";
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

awaitable<> watch(
    redis::client& client,
    std::string probe_key,
    redis_health& health,
    std::function<void()> connected,
    std::function<void(std::string)> refused
) {
    bool was_writable = false;
    for (;;) {
        const auto facts = co_await look(client, health);
        bool writable = false;
        if (facts) {
            if (const auto why = refusal_of(*facts); !why.empty()) {
                refused(why);
                co_return;
            }
            health.warnings = warnings_of(*facts);
            redis::arguments probe{"SET", probe_key, "1", "PX", std::string(probe_lifetime_ms)};
            const auto wrote = co_await client.execute(std::move(probe), probe_deadline);
            writable = wrote.has_value();
            health.reason = writable ? "" : wrote.error().detail;
        }
        health.writable = writable;
        if (writable && !was_writable) {
            connected();
        } else if (!writable && was_writable) {
            log::warning("redis is not writable", {{"reason", health.reason}});
        }
        was_writable = writable;
        const auto next = std::chrono::steady_clock::now() + calm_period;
        do {
            co_await pause_for(writable ? glance_period : trouble_period);
            // Back after a loss it may be loading, or another server: what was known is void.
        } while (writable && client.connected() && std::chrono::steady_clock::now() < next);
    }
}

} // namespace imagined::app
