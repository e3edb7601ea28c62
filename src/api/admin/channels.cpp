// /v1/admin/channels: the backends and their keys, and what operators do to them. A channel is
// named as its backend, then it is all of its keys, or as one key: by its label, or by the name of
// its slot, which the queue knows it by.
#include "admin/handlers.hpp"
#include "admin/operators.hpp"
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "context/slot_switches.hpp"
#include "v1/look.hpp"

#include "imagined/task/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::int64_t most_in_flight = 100000;

using micros_by_backend = std::vector<std::pair<std::string, std::int64_t>>;

double dollars_of(const micros_by_backend& all, const std::string& backend) {
    for (const auto& [name, micros] : all) {
        if (name == backend) {
            return static_cast<double>(micros) / task::micros_per_dollar;
        }
    }
    return 0;
}

json when(unix_millis at) {
    return at == 0 ? json(nullptr) : json(at);
}

json limit_json(const queue::channel_switch& chosen) {
    return chosen.limit ? json(*chosen.limit) : json(nullptr);
}

json slot_json(
    const backend::key_slot& slot,
    const queue::statistics& counted,
    const queue::channel_switch& own,
    const queue::channel_switch& holds
) {
    const auto state =
        std::find_if(counted.slots.begin(), counted.slots.end(), [&](const auto& one) {
            return one.name == slot.name;
        });
    const bool known = state != counted.slots.end();
    const queue::slot_state now = known ? *state : queue::slot_state{};
    const int pictures = now.picture_limit(slot.pictures);
    const bool paused = holds.paused_since != 0;
    const bool disabled = now.refused; // until a call proves the key
    const bool cooling = now.cooling_until > counted.now && !disabled;
    return {
        {"name", slot.label},
        {"slot", slot.name},
        {"limit", holds.limit.value_or(slot.limit)},
        {"configuredLimit", slot.limit},
        {"chosenLimit", limit_json(own)},
        {"inFlight", now.in_flight},
        {"group", slot.group.empty() ? slot.name : slot.group},
        {"groupInFlight", now.group_calls},
        {"groupPictures", now.group_pictures},
        {"pictureLimit", pictures > 0 ? json(pictures) : json(nullptr)},
        {"configuredPictureLimit", slot.pictures > 0 ? json(slot.pictures) : json(nullptr)},
        {"restingUntil", when(now.resting_until)},
        {"pausedSince", when(own.paused_since)},
        {"state",
         paused     ? "paused"
         : disabled ? "disabled"
         : cooling  ? "cooling"
                    : "ok"},
        {"until", when(now.cooling_until)},
        {"reason", (disabled || cooling) && !now.words.empty() ? json(now.words) : json(nullptr)}
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

// Operations that the upstream answers as if nothing of the kind were there.
json shut_json(const queue::statistics& counted, const std::string& backend) {
    json all = json::array();
    for (const auto& one : counted.shut) {
        if (one.backend == backend) {
            all.push_back(
                {{"operation", one.operation}, {"until", when(one.until)}, {"reason", one.words}}
            );
        }
    }
    return all;
}

json channel_json(
    const backend::backend& member, const queue::statistics& counted, const queue::switches& all
) {
    const backend::backend_options& options = member.options();
    const queue::channel_switch chosen = switch_of(all, options.name);
    json slots = json::array();
    for (const auto& slot : member.slots()) {
        slots.push_back(slot_json(
            slot, counted, switch_of(all, slot.name), switch_at(all, options.name, slot.name)
        ));
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
        {"pausedSince", when(chosen.paused_since)},
        {"chosenLimit", limit_json(chosen)},
        {"breaker", breaker_json(counted, options.name)},
        {"shut", shut_json(counted, options.name)},
        {"slots", std::move(slots)}
    };
}

struct channel {
    const backend::backend* of = nullptr;
    std::string backend;            // "" for one slot
    std::vector<std::string> slots; // those that are meant
    std::string name;               // as the queue knows it
};

// Without `of` nothing has this name.
channel find_channel(const context& api, const std::string& name) {
    channel found;
    for (const auto& member : api.parts.backends.members()) {
        const bool whole = member->options().name == name;
        for (const auto& slot : member->slots()) {
            if (whole || slot.name == name || slot.label == name) {
                found.of = member.get();
                found.backend = whole ? name : "";
                found.slots.push_back(slot.name);
                found.name = whole ? name : slot.name;
            }
        }
    }
    return found;
}

// As it stands this moment: whoever has just turned a switch looks at it.
awaitable<http::response>
show_channel(context& api, const call& from, const channel& shown, const queue::switches& all) {
    std::vector<std::string> names;
    for (const auto& slot : shown.of->slots()) {
        names.push_back(slot.name);
    }
    const auto counted = co_await api.parts.tasks.stats(std::move(names));
    if (!counted) {
        co_return live_failure(counted.error(), "show a channel", from.lang);
    }
    co_return json_answer(200, channel_json(*shown.of, *counted, all).dump());
}

// Errors are remembered in `fields`.
queue::channel_change read_change(std::string name, json_body& fields) {
    queue::channel_change wanted;
    wanted.name = std::move(name);
    const bool pause = fields.flag("paused");
    if (fields.has("paused")) {
        wanted.pause = pause;
    }
    const auto limit = fields.integer("limit");
    if (limit && (*limit < 1 || *limit > most_in_flight)) {
        fields.refuse("limit", {"应为1到100000的整数或null", "expected 1 to 100000, or null"});
    } else if (limit) {
        wanted.limit = static_cast<int>(*limit);
    } else if (fields.is_null("limit")) {
        wanted.limit = 0;
    }
    if (!wanted.pause && !wanted.limit) {
        fields.refuse_as("paused", texts::no_channel_change);
    }
    return wanted;
}

} // namespace

awaitable<http::response> show_channels(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const auto all = co_await api.parts.tasks.show_switches();
    if (!all) {
        co_return live_failure(all.error(), "show the channels", from.lang);
    }
    const auto counted = co_await api.counted.now();
    json channels = json::array();
    for (const auto& member : api.parts.backends.members()) {
        channels.push_back(channel_json(*member, counted, *all));
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

awaitable<http::response> switch_channel(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const channel meant = find_channel(api, from.values[0]);
    if (meant.of == nullptr) {
        co_return problem_answer(problems::no_channel, texts::no_channel, from.lang);
    }
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return problem_answer(*body.refused, from.lang);
    }
    auto wanted = read_change(meant.name, body.fields);
    if (body.fields.error()) {
        co_return problem_answer(*body.fields.error(), from.lang);
    }
    const auto all = co_await api.parts.operating.switch_channel(operators_name, std::move(wanted));
    if (!all) {
        co_return live_failure(all.error(), "switch a channel", from.lang);
    }
    co_return co_await show_channel(api, from, meant, *all);
}

awaitable<http::response> reset_channel(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const channel meant = find_channel(api, from.values[0]);
    if (meant.of == nullptr) {
        co_return problem_answer(problems::no_channel, texts::no_channel, from.lang);
    }
    const auto done = co_await api.parts.operating.reset_channel(
        operators_name, meant.name, meant.backend, meant.slots
    );
    if (!done) {
        co_return live_failure(done.error(), "reset a channel", from.lang);
    }
    const auto all = co_await api.parts.tasks.show_switches();
    if (!all) {
        co_return live_failure(all.error(), "show a channel", from.lang);
    }
    co_return co_await show_channel(api, from, meant, *all);
}

} // namespace imagined::api
