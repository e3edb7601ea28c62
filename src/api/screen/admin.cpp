// /v1/admin/…: what the operator's key sees and does beyond tasks. Nothing here tells a key: slots
// carry the digest's first digits, callers their names.
#include "answers.hpp"
#include "handlers.hpp"
#include "live/look.hpp"
#include "live/problem.hpp"
#include "texts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr double micros_per_dollar = 1e6;

using micros_by_backend = std::vector<std::pair<std::string, std::int64_t>>;

double dollars_of(const micros_by_backend& all, const std::string& backend) {
    for (const auto& [name, micros] : all) {
        if (name == backend) {
            return static_cast<double>(micros) / micros_per_dollar;
        }
    }
    return 0;
}

json when(unix_millis at) {
    return at == 0 ? json(nullptr) : json(at);
}

json slot_json(const backend::key_slot& slot, const queue::statistics& counted) {
    const auto state =
        std::find_if(counted.slots.begin(), counted.slots.end(), [&](const auto& one) {
            return one.name == slot.name;
        });
    const bool known = state != counted.slots.end();
    const bool disabled = known && state->disabled;
    const bool cooling = known && state->cooling_until > counted.now && !disabled;
    return {
        {"name", slot.name},
        {"limit", slot.limit},
        {"inFlight", known ? state->in_flight : 0},
        {"state",
         disabled  ? "disabled"
         : cooling ? "cooling"
                   : "ok"},
        {"until", known ? when(state->cooling_until) : json(nullptr)}
    };
}

json breaker_json(const queue::statistics& counted, const std::string& backend) {
    const auto found =
        std::find_if(counted.breakers.begin(), counted.breakers.end(), [&](const auto& one) {
            return one.backend == backend;
        });
    if (found == counted.breakers.end()) {
        return {{"state", "closed"}, {"until", nullptr}};
    }
    const bool open = found->open_until > counted.now;
    return {{"state", open ? "open" : "half-open"}, {"until", when(found->open_until)}};
}

json channel_json(const backend::backend& member, const queue::statistics& counted) {
    const backend::backend_options& options = member.options();
    json slots = json::array();
    for (const auto& slot : member.slots()) {
        slots.push_back(slot_json(slot, counted));
    }
    json operations = json::array();
    json models = json::array();
    for (const auto what : task::all_operations) {
        const auto served = [&](task::model with) { return member.serves(what, with); };
        if (std::any_of(task::all_models.begin(), task::all_models.end(), served)) {
            operations.push_back(task::to_string(what));
        }
    }
    for (const auto with : task::all_models) {
        if (member.serves(task::operation::generate, with)) {
            models.push_back(task::to_string(with));
        }
    }
    return {
        {"name", options.name},
        {"dialect", options.dialect},
        {"priority", options.priority},
        {"weight", options.weight},
        {"operations", std::move(operations)},
        {"models", std::move(models)},
        {"spentUsdToday", dollars_of(counted.spent_by_backend_today, options.name)},
        {"heldUsdToday", dollars_of(counted.held_by_backend_today, options.name)},
        {"maxSpendPerDay", options.max_spend_per_day},
        {"breaker", breaker_json(counted, options.name)},
        {"slots", std::move(slots)}
    };
}

std::optional<http::response> refuse_others(const call& from) {
    if (from.who.name.empty() && from.who.sees_all) {
        return std::nullopt;
    }
    return problem_answer(problems::operators_only, texts::operators_only, from.lang);
}

} // namespace

awaitable<http::response> show_channels(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const auto counted = co_await api.counted.now();
    json channels = json::array();
    for (const auto& member : api.parts.backends.members()) {
        channels.push_back(channel_json(*member, counted));
    }
    json durations = json::object();
    for (const auto& [name, ms] : counted.durations_ms) {
        durations[name] = ms;
    }
    const json told{
        {"now", counted.now}, {"channels", std::move(channels)}, {"durationsMs", durations}
    };
    co_return json_answer(200, told.dump());
}

awaitable<http::response> show_callers(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    json callers = json::array();
    for (const caller_options& one : api.options.callers) {
        callers.push_back(
            {{"name", one.name},
             {"weight", one.weight},
             {"maxWaiting", one.max_waiting},
             {"maxRunning", one.max_running},
             {"sees", one.sees_all ? "all" : "own"}}
        );
    }
    const json told{{"operatorKeys", api.options.api_keys.size()}, {"callers", std::move(callers)}};
    co_return json_answer(200, told.dump());
}

awaitable<http::response> redeliver_callback(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    if (!store::is_task_id(from.values[0])) {
        co_return problem_answer(problems::no_task, texts::no_task, from.lang);
    }
    const auto due = co_await api.parts.tasks.outbox_replay(from.values[0]);
    if (!due && due.error().kind == failure_kind::conflict) {
        co_return problem_answer(problems::no_callback, texts::no_callback, from.lang);
    }
    if (!due) {
        co_return live_failure(due.error(), "redeliver a callback", from.lang);
    }
    co_return json_answer(202, R"({"id":")" + from.values[0] + R"(","callback":"due"})");
}

} // namespace imagined::api
