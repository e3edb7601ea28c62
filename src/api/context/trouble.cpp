#include "context/trouble.hpp"

#include "context/slot_switches.hpp"

#include "imagined/task/money.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace imagined::api {

namespace {

using task::bilingual;

// What keeps a call from a key, sorted by what may pass sooner: a task waits for that.
enum class obstacle { none, place, cooling, breaker, keys_refused, budget, paused };

constexpr std::size_t most_named = 3; // backends in one sentence

const queue::slot_state* state_of(const queue::statistics& counted, const std::string& slot) {
    const auto found =
        std::find_if(counted.slots.begin(), counted.slots.end(), [&](const auto& one) {
            return one.name == slot;
        });
    return found == counted.slots.end() ? nullptr : &*found;
}

const queue::breaker_state*
breaker_of(const queue::statistics& counted, const std::string& backend) {
    const auto found =
        std::find_if(counted.breakers.begin(), counted.breakers.end(), [&](const auto& one) {
            return one.backend == backend;
        });
    return found == counted.breakers.end() ? nullptr : &*found;
}

const queue::shut_route*
route_of(const queue::statistics& counted, const std::string& backend, std::string_view operation) {
    const auto found = std::find_if(counted.shut.begin(), counted.shut.end(), [&](const auto& one) {
        return one.backend == backend && one.operation == operation;
    });
    return found == counted.shut.end() ? nullptr : &*found;
}

std::int64_t
sum_of(const std::vector<std::pair<std::string, std::int64_t>>& sums, const std::string& backend) {
    std::int64_t all = 0;
    for (const auto& [name, micros] : sums) {
        all += backend.empty() || name == backend ? micros : 0;
    }
    return all;
}

// True if `price` more does not fit under the cap of the backend; of all for "".
bool used_up(
    const queue::statistics& counted, const std::string& backend, double cap, std::int64_t price
) {
    const auto limit = std::llround(cap * task::micros_per_dollar);
    return limit > 0
           && sum_of(counted.spent_by_backend_today, backend)
                      + sum_of(counted.held_by_backend_today, backend) + price
                  > limit;
}

// Of calls or of pictures, which its group shares.
bool is_full(
    const backend::key_slot& key,
    const queue::slot_state* state,
    const queue::channel_switch& chosen,
    unix_millis now
) {
    if (state == nullptr) {
        return false;
    }
    const int most = state->picture_limit(key.pictures);
    const bool pictures = most > 0 && state->group_pictures + std::min(key.asks, most) > most;
    return pictures || state->resting_until > now
           || state->in_flight >= chosen.limit.value_or(key.limit)
           || state->group_calls >= std::max(key.limit, chosen.limit.value_or(key.limit));
}

obstacle obstacle_at(
    const backend::key_slot& key,
    const backend::backend& owner,
    const task::render_request& wanted,
    const trouble_facts& facts
) {
    const auto& counted = facts.counted;
    const std::string& name = owner.options().name;
    const auto chosen = switch_at(counted.turned, name, key.name);
    if (chosen.paused_since != 0) {
        return obstacle::paused;
    }
    const std::int64_t price = owner.prices().of_picture(wanted) * wanted.images;
    if (used_up(counted, name, owner.options().max_spend_per_day, price)
        || used_up(counted, "", facts.max_spend_per_day, price)) {
        return obstacle::budget;
    }
    const auto* state = state_of(counted, key.name);
    const int in_flight = state == nullptr ? 0 : state->in_flight;
    // What was left alone is tried by one task at a time; that one waits for nothing.
    const bool tried = in_flight > 0;
    if (state != nullptr && state->refused && (!state->on_trial || tried)) {
        return obstacle::keys_refused;
    }
    const auto* breaker = breaker_of(counted, name);
    if (breaker != nullptr && (breaker->open_until > counted.now || tried)) {
        return obstacle::breaker;
    }
    if (const auto* shut = route_of(counted, name, task::to_string(wanted.what));
        shut != nullptr && (shut->until > counted.now || tried)) {
        return obstacle::breaker;
    }
    if (state != nullptr && (state->cooling_until > counted.now || (state->on_trial && tried))) {
        return obstacle::cooling;
    }
    return is_full(key, state, chosen, counted.now) ? obstacle::place : obstacle::none;
}

std::string without_protocol(std::string words) {
    constexpr std::string_view protocol = "HTTP ";
    return words.starts_with(protocol) ? words.substr(protocol.size()) : words;
}

std::string said(const std::string& words, std::string_view before) {
    return words.empty() ? "" : std::string(before) + without_protocol(words);
}

std::string seconds_left(unix_millis until, unix_millis now) {
    return std::to_string(std::max<std::int64_t>(1, (until - now + 999) / 1000));
}

// The keys of one backend that have the same trouble.
struct troubled {
    const backend::backend* of = nullptr;
    std::size_t keys = 0;
    std::string words;
    unix_millis until = 0; // the soonest
};

bilingual keys_in_words(const troubled& one) {
    if (one.keys != one.of->slots().size()) {
        return {fmt::format("{}个密钥", one.keys), fmt::format("{} of its keys", one.keys)};
    }
    if (one.keys == 1) {
        return {"密钥", "its key"};
    }
    if (one.keys == 2) {
        return {"两个密钥", "both keys"};
    }
    return {fmt::format("全部{}个密钥", one.keys), fmt::format("all {} keys", one.keys)};
}

bilingual
sentence(obstacle what, const troubled& one, unix_millis now, std::string_view operation) {
    const std::string& name = one.of->options().name;
    const std::string left = seconds_left(one.until, now);
    const std::string zh = said(one.words, "：");
    const std::string en = said(one.words, ": ");
    switch (what) {
    case obstacle::place:
        return {name + " 的名额已满", "all places at " + name + " are taken"};
    case obstacle::cooling:
        return {
            fmt::format("{} 暂停调用 {} 秒{}", name, left, zh),
            fmt::format("{} is left alone for {} s{}", name, left, en)
        };
    case obstacle::breaker:
        return {
            fmt::format("{} 的 {} 出现故障，暂停调用{}", name, operation, zh),
            fmt::format("{} does not do {} now and is left alone{}", name, operation, en)
        };
    case obstacle::keys_refused: {
        const auto keys = keys_in_words(one);
        return {
            fmt::format("{} 拒绝了{}{}", name, keys.zh, zh),
            fmt::format("{} refused {}{}", name, keys.en, en)
        };
    }
    case obstacle::budget:
        return {name + " 今日的费用额度已用完", "the day's budget for " + name + " is used up"};
    case obstacle::paused:
        return {"管理员已暂停 " + name, "an operator has paused " + name};
    case obstacle::none:
        break;
    }
    return {};
}

std::string_view word_of(obstacle what) {
    switch (what) {
    case obstacle::cooling:
        return "cooling";
    case obstacle::breaker:
        return "breaker";
    case obstacle::keys_refused:
        return "keys_refused";
    case obstacle::budget:
        return "budget";
    case obstacle::paused:
        return "paused";
    case obstacle::none:
    case obstacle::place:
        break;
    }
    return "place";
}

// What the upstream said, and until when it is left alone.
void add_words(
    troubled& to,
    obstacle what,
    const std::string& slot,
    std::string_view operation,
    const queue::statistics& counted
) {
    const auto* state = state_of(counted, slot);
    std::string words = state == nullptr ? "" : state->words;
    unix_millis until = state == nullptr ? 0 : state->cooling_until;
    if (what == obstacle::breaker) {
        const std::string& name = to.of->options().name;
        const auto* breaker = breaker_of(counted, name);
        const auto* shut = route_of(counted, name, operation);
        until = breaker != nullptr ? breaker->open_until : until;
        words = shut != nullptr ? shut->words : words;
    }
    to.words = to.words.empty() ? words : to.words;
    to.until = to.until == 0 ? until : std::min(to.until, until);
}

task::wait_reason made(std::string_view what, const bilingual& detail, task::language in) {
    return {std::string(what), detail.in(in)};
}

task::wait_reason reason_at(
    obstacle what,
    const std::vector<backend::key_slot>& keys,
    const task::render_request& wanted,
    const trouble_facts& facts,
    task::language in
) {
    const std::string_view operation = task::to_string(wanted.what);
    std::vector<troubled> all;
    for (const auto& key : keys) {
        const auto* owner = facts.backends.owner_of(key.name);
        if (obstacle_at(key, *owner, wanted, facts) != what) {
            continue;
        }
        auto known = std::find_if(all.begin(), all.end(), [owner](const troubled& one) {
            return one.of == owner;
        });
        if (known == all.end()) {
            known = all.insert(all.end(), troubled{.of = owner});
        }
        ++known->keys;
        add_words(*known, what, key.name, operation, facts.counted);
    }
    std::sort(all.begin(), all.end(), [](const troubled& a, const troubled& b) {
        return a.of->options().name < b.of->options().name;
    });
    bilingual detail;
    for (std::size_t i = 0; i < std::min(all.size(), most_named); ++i) {
        const auto one = sentence(what, all[i], facts.counted.now, operation);
        detail.zh += (i == 0 ? "" : "；") + one.zh;
        detail.en += (i == 0 ? "" : "; ") + one.en;
    }
    return made(word_of(what), detail, in);
}

std::optional<task::wait_reason>
caller_limit(const task::record& task, const queue::statistics& counted, task::language in) {
    for (const auto& one : counted.loads) {
        if (one.name == task.caller && one.running >= one.most) {
            const bilingual detail{
                fmt::format("已有{}个任务在执行，达到该调用方的上限", one.running),
                fmt::format("{} tasks of this caller run, as many as it may have", one.running)
            };
            return made("caller_limit", detail, in);
        }
    }
    return std::nullopt;
}

bool is_all_refused(const backend::backend& member, const queue::statistics& counted) {
    const auto& keys = member.slots();
    return std::all_of(keys.begin(), keys.end(), [&](const auto& key) {
        const auto* state = state_of(counted, key.name);
        return state != nullptr && state->refused;
    });
}

bool is_all_resting(const backend::backend& member, const queue::statistics& counted) {
    const auto& keys = member.slots();
    return std::all_of(keys.begin(), keys.end(), [&](const auto& key) {
        const auto* state = state_of(counted, key.name);
        return state != nullptr && (state->refused || state->cooling_until > counted.now);
    });
}

std::string words_of(const backend::backend& member, const queue::statistics& counted) {
    for (const auto& key : member.slots()) {
        const auto* state = state_of(counted, key.name);
        if (state != nullptr && !state->words.empty()) {
            return ": " + without_protocol(state->words);
        }
    }
    return "";
}

// A usual request of the lane ("generate/V_3/4"): enough for its operation and its price.
task::render_request request_of(std::string_view lane) {
    task::render_request usual;
    const auto slash = std::min(lane.find('/'), lane.size());
    usual.what = task::parse_operation(lane.substr(0, slash)).value_or(usual.what);
    const auto rest = lane.substr(std::min(slash + 1, lane.size()));
    const auto model = rest.substr(0, rest.find_first_of("/@"));
    usual.model = task::parse_model(model).value_or(usual.model);
    return usual;
}

} // namespace

std::optional<task::wait_reason>
wait_reason_of(const task::record& task, const trouble_facts& facts, task::language in) {
    // A worker that holds a task without a call may be pausing between two of them.
    const bool queued = task.state == task::state::queued && !task.paid;
    const bool pauses = task.state == task::state::leased && task.called != 0;
    if (!queued && !pauses) {
        return std::nullopt;
    }
    if (facts.disk_full) {
        return made(
            "disk", {"磁盘空间不足，暂不开始新的调用", "too little disk space is left"}, in
        );
    }
    if (facts.counted.turned.dispatch_paused_since != 0) {
        return made("paused", {"管理员已暂停派发", "an operator has paused the queue"}, in);
    }
    const auto wanted = request_of(task.lane);
    const auto keys = facts.backends.candidates(std::string_view(task.lane), 0);
    auto soonest = obstacle::paused;
    for (const auto& key : keys) {
        const auto* owner = facts.backends.owner_of(key.name);
        soonest = std::min(soonest, obstacle_at(key, *owner, wanted, facts));
    }
    if (keys.empty()) {
        return std::nullopt;
    }
    if (soonest > obstacle::place) {
        return reason_at(soonest, keys, wanted, facts, in);
    }
    if (!queued) {
        return std::nullopt;
    }
    if (auto limit = caller_limit(task, facts.counted, in)) {
        return limit;
    }
    return soonest == obstacle::none ? std::nullopt
                                     : std::optional(reason_at(soonest, keys, wanted, facts, in));
}

std::vector<std::string> trouble_warnings(const trouble_facts& facts) {
    std::vector<std::string> warnings;
    const auto& counted = facts.counted;
    std::int64_t cheapest = std::numeric_limits<std::int64_t>::max() / 2; // of a usual picture
    const auto warn = [&warnings](const std::string& backend, const std::string& what) {
        warnings.push_back(fmt::format("backend \"{}\": {}", backend, what));
    };
    for (const auto& member : facts.backends.members()) {
        const std::string& name = member->options().name;
        if (is_all_refused(*member, counted)) {
            warn(name, "the upstream refused every key" + words_of(*member, counted));
        } else if (is_all_resting(*member, counted)) {
            warn(name, "every key is refused or cooling" + words_of(*member, counted));
        }
        if (breaker_of(counted, name) != nullptr) {
            warn(name, "too many calls failed, its breaker is open" + words_of(*member, counted));
        }
        for (const auto& shut : counted.shut) {
            if (shut.backend == name) {
                warn(
                    name,
                    fmt::format(
                        "nothing is at the address of {}: {}; base_url may be wrong",
                        shut.operation,
                        without_protocol(shut.words)
                    )
                );
            }
        }
        const auto price = member->prices().of_picture({});
        cheapest = std::min(cheapest, price);
        if (used_up(counted, name, member->options().max_spend_per_day, price)) {
            warn(name, "the day's budget is used up");
        }
    }
    if (used_up(counted, "", facts.max_spend_per_day, cheapest)) {
        warnings.emplace_back("the day's budget of all backends is used up");
    }
    return warnings;
}

} // namespace imagined::api
