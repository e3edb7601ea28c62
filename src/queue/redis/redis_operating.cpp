// What operators turn off and on, and what they did; the start and the check of a queue.
#include "keys.hpp"
#include "redis_functions.hpp"
#include "task_record.hpp"

#include <algorithm>
#include <tuple>

namespace imagined::queue {

namespace {

constexpr std::string_view paused = "paused";
constexpr std::size_t audit_page = 200;

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
    std::tie(told.what, told.of) = switch_parts(next());
    told.before = next();
    told.after = next();
    told.who = text;
    return told;
}

void add_pause(set_switches_arguments& to, std::string name, std::optional<bool> pause) {
    if (pause) {
        to.each_change.push_back({std::move(name), std::string(*pause ? paused : "")});
    }
}

class redis_operating final : public operating {
public:
    redis_operating(redis::client& on, const queue_options& options) : redis_(on, options) {}

    awaitable<result<void>> probe() override;
    awaitable<result<void>> register_callers(std::vector<caller_limits> callers) override;
    awaitable<result<switches>> switch_queue(std::string who, queue_change wanted) override;
    awaitable<result<switches>> switch_channel(std::string who, channel_change wanted) override;
    awaitable<result<void>> reset_channel(
        std::string who, std::string name, std::string backend, std::vector<std::string> slots
    ) override;
    awaitable<result<std::vector<operator_action>>> activity(std::size_t most) override;
    awaitable<result<void>> replay_callback(std::string id, std::string who) override;
    awaitable<result<submitted>>
    resubmit(std::string of, new_task again, std::vector<int> calls, bool complete) override;
    awaitable<result<std::vector<std::string>>> audit() override;

private:
    awaitable<result<switches>> set_switches(set_switches_arguments changes);

    redis_functions redis_;
};

} // namespace

awaitable<result<void>> redis_operating::probe() {
    constexpr int most_tries = 2; // the second with a clock that was just measured
    for (int i = 0; i < most_tries; ++i) {
        const auto answer = co_await redis_.run_as_it_is(functions().probe, {}, redis_.deadline());
        if (answer) {
            co_return result<void>{};
        }
        if (answer.error() != refusal(functions().probe.name, "late")) {
            co_return answer.error();
        }
    }
    co_return failure{
        failure_kind::unavailable,
        "the clock is off: Redis refuses our writes as late, "
        "although its clock was measured again"
    };
}

awaitable<result<void>> redis_operating::register_callers(std::vector<caller_limits> callers) {
    register_callers_arguments told{.each_limits = {}};
    for (auto& one : callers) {
        told.each_limits.push_back(
            {.caller = std::move(one.name),
             .weight = std::max(1, one.weight),
             .most_waiting = one.max_waiting,
             .most_running = one.max_running,
             .most_submits = one.rate.count,
             .period_ms = one.rate.period.count()}
        );
    }
    co_return co_await redis_.run_plain(functions().register_callers, std::move(told).values());
}

awaitable<result<switches>> redis_operating::set_switches(set_switches_arguments changes) {
    const auto answer = co_await redis_.run(functions().set_switches, std::move(changes).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("set_switches", word_of(*answer));
    }
    co_return switches_from(item(*answer, 1));
}

awaitable<result<switches>> redis_operating::switch_queue(std::string who, queue_change wanted) {
    set_switches_arguments changes{.who = std::move(who), .each_change = {}};
    add_pause(changes, "intake", wanted.pause_intake);
    add_pause(changes, "dispatch", wanted.pause_dispatch);
    co_return co_await set_switches(std::move(changes));
}

awaitable<result<switches>>
redis_operating::switch_channel(std::string who, channel_change wanted) {
    set_switches_arguments changes{.who = std::move(who), .each_change = {}};
    add_pause(changes, "pause:" + wanted.name, wanted.pause);
    if (wanted.limit) {
        changes.each_change.push_back(
            {"limit:" + wanted.name, *wanted.limit > 0 ? std::to_string(*wanted.limit) : ""}
        );
    }
    co_return co_await set_switches(std::move(changes));
}

awaitable<result<void>> redis_operating::reset_channel(
    std::string who, std::string name, std::string backend, std::vector<std::string> slots
) {
    reset_arguments wanted{
        .who = std::move(who),
        .name = std::move(name),
        .backend = std::move(backend),
        .slots = std::move(slots)
    };
    co_return co_await redis_.run_plain(functions().reset, std::move(wanted).values());
}

awaitable<result<std::vector<operator_action>>> redis_operating::activity(std::size_t most) {
    redis::arguments command{
        "LRANGE",
        activity_key(redis_.base()),
        "0",
        std::to_string(static_cast<std::int64_t>(most) - 1)
    };
    const auto found = co_await redis_.ask(std::move(command));
    if (!found) {
        co_return found.error();
    }
    std::vector<operator_action> actions;
    for (std::size_t i = 0; found->items() != nullptr && i < found->items()->size(); ++i) {
        actions.push_back(action_from(text_at(*found, i)));
    }
    co_return actions;
}

awaitable<result<void>> redis_operating::replay_callback(std::string id, std::string who) {
    outbox_replay_arguments wanted{.id = std::move(id), .who = std::move(who)};
    co_return co_await redis_.run_plain(functions().outbox_replay, std::move(wanted).values());
}

awaitable<result<submitted>>
redis_operating::resubmit(std::string of, new_task again, std::vector<int> calls, bool complete) {
    resubmit_arguments given{
        .id = std::move(of),
        .lane = complete ? std::string(storing_lane) : again.lane,
        .own_lane = again.lane,
        .timeout_ms = again.task_timeout.count(),
        .queue_limit = static_cast<std::int64_t>(again.queue_limit),
        .event = task::to_text(again.event),
        .paid_calls = {}
    };
    for (const int index : calls) {
        given.paid_calls.push_back(std::to_string(index));
    }
    const auto answer = co_await redis_.run(functions().resubmit, std::move(given).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) == "missing") {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    co_return submitted_from(*answer);
}

awaitable<result<std::vector<std::string>>> redis_operating::audit() {
    redis::arguments command{"HKEYS", redis_.base() + "callers"};
    const auto known = co_await redis_.ask(std::move(command));
    if (!known) {
        co_return known.error();
    }

    struct part {
        std::string what;
        std::string owner;
    };

    std::vector<part> parts{{"sets", ""}};
    const auto* names = known->items();
    for (std::size_t i = 0; names != nullptr && i < names->size(); ++i) {
        parts.push_back({"caller", text_at(*known, i)});
    }
    std::vector<std::string> complaints;
    for (const auto& [what, owner] : parts) {
        for (std::size_t offset = 0;; offset += audit_page) {
            audit_arguments page{
                .offset = static_cast<std::int64_t>(offset),
                .size = audit_page,
                .part = what,
                .owner = owner
            };
            const auto answer = co_await redis_.run(functions().audit, std::move(page).values());
            if (!answer) {
                co_return answer.error();
            }
            const auto* entries = answer->items();
            for (std::size_t i = 2; entries != nullptr && i < entries->size(); ++i) {
                complaints.push_back(text_at(*answer, i));
            }
            if (number_at(*answer, 1) != 1) {
                break;
            }
        }
    }
    co_return complaints;
}

std::unique_ptr<operating> open_operating(redis::client& on, const queue_options& options) {
    return std::make_unique<redis_operating>(on, options);
}

} // namespace imagined::queue
