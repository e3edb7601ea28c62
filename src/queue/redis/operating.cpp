// What operators turn off and on, and what they did.
#include "keys.hpp"
#include "redis_queue.hpp"
#include "task_record.hpp"

#include <algorithm>
#include <tuple>

namespace imagined::queue {

namespace {

constexpr std::string_view paused = "paused";

// "pause:official" is {"pause", "official"}, "intake" is {"intake", ""}.
std::pair<std::string, std::string> parts_of(std::string_view name) {
    const auto colon = std::min(name.find(':'), name.size());
    const auto rest = std::min(colon + 1, name.size());
    return {std::string(name.substr(0, colon)), std::string(name.substr(rest))};
}

channel_switch& channel_in(switches& all, const std::string& name) {
    auto& channels = all.channels;
    auto at = std::lower_bound(
        channels.begin(),
        channels.end(),
        name,
        [](const channel_switch& one, const std::string& wanted) { return one.name < wanted; }
    );
    if (at == channels.end() || at->name != name) {
        at = channels.insert(at, {.name = name, .paused_since = 0, .limit = std::nullopt});
    }
    return *at;
}

} // namespace

switches switches_from(const redis::reply& flat) {
    switches all;
    for (std::size_t i = 0; flat.items() != nullptr && i + 1 < flat.items()->size(); i += 2) {
        const auto [what, of] = parts_of(text_at(flat, i));
        const std::int64_t value = to_number(text_at(flat, i + 1));
        if (what == "intake") {
            all.intake_paused_since = value;
        } else if (what == "dispatch") {
            all.dispatch_paused_since = value;
        } else if (what == "pause") {
            channel_in(all, of).paused_since = value;
        } else if (what == "limit") {
            channel_in(all, of).limit = static_cast<int>(value);
        }
    }
    return all;
}

namespace {

// "<ms>|<what>|<before>|<after>|<who>"; only who may have bars in it.
operator_action action_from(std::string_view text) {
    const auto next = [&text] {
        const auto end = std::min(text.find('|'), text.size());
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        return field;
    };
    operator_action told;
    told.at = to_number(next());
    std::tie(told.what, told.of) = parts_of(next());
    told.before = next();
    told.after = next();
    told.who = text;
    return told;
}

void add_pause(turn_arguments& to, std::string name, std::optional<bool> pause) {
    if (pause) {
        to.each_change.push_back({std::move(name), std::string(*pause ? paused : "")});
    }
}

} // namespace

awaitable<result<switches>> redis_queue::show_switches() {
    redis::arguments command{"HGETALL", off_key(base_)};
    const auto found = co_await ask(std::move(command));
    if (!found) {
        co_return found.error();
    }
    co_return switches_from(*found);
}

awaitable<result<switches>> redis_queue::turn(turn_arguments changes) {
    const auto answer = co_await run(functions().turn, std::move(changes).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("turn", word_of(*answer));
    }
    co_return switches_from(item(*answer, 1));
}

awaitable<result<switches>> redis_queue::switch_queue(std::string who, queue_change wanted) {
    turn_arguments changes{.who = std::move(who), .each_change = {}};
    add_pause(changes, "intake", wanted.pause_intake);
    add_pause(changes, "dispatch", wanted.pause_dispatch);
    co_return co_await turn(std::move(changes));
}

awaitable<result<switches>> redis_queue::switch_channel(std::string who, channel_change wanted) {
    turn_arguments changes{.who = std::move(who), .each_change = {}};
    add_pause(changes, "pause:" + wanted.name, wanted.pause);
    if (wanted.limit) {
        changes.each_change.push_back(
            {"limit:" + wanted.name, *wanted.limit > 0 ? std::to_string(*wanted.limit) : ""}
        );
    }
    co_return co_await turn(std::move(changes));
}

awaitable<result<void>> redis_queue::reset_channel(
    std::string who, std::string name, std::string backend, std::vector<std::string> slots
) {
    reset_arguments wanted{
        .who = std::move(who),
        .name = std::move(name),
        .backend = std::move(backend),
        .slots = std::move(slots)
    };
    co_return co_await run_plain(functions().reset, std::move(wanted).values());
}

awaitable<result<std::vector<operator_action>>> redis_queue::activity(std::size_t most) {
    redis::arguments command{
        "LRANGE", activity_key(base_), "0", std::to_string(static_cast<std::int64_t>(most) - 1)
    };
    const auto found = co_await ask(std::move(command));
    if (!found) {
        co_return found.error();
    }
    std::vector<operator_action> actions;
    for (std::size_t i = 0; found->items() != nullptr && i < found->items()->size(); ++i) {
        actions.push_back(action_from(text_at(*found, i)));
    }
    co_return actions;
}

} // namespace imagined::queue
