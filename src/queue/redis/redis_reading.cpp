// What can be seen of the queue without changing it.
#include "keys.hpp"
#include "redis_functions.hpp"
#include "task_record.hpp"

#include <algorithm>

namespace imagined::queue {

namespace {

// A task that ends while it is looked at is looked at once more. It ends only once.
constexpr int most_looks = 2;

// Plain commands instead of a script: a poll is the commonest thing that a client does, and a
// script costs Redis several times as much.
std::vector<redis::arguments>
look_commands(const std::string& base, const std::vector<std::string>& ids) {
    std::vector<redis::arguments> commands;
    commands.reserve(ids.size() * 3);
    for (const auto& id : ids) {
        commands.push_back({"HGETALL", task_key(base, id)});
        commands.push_back({"GET", submission_key(base, id)});
        commands.push_back({"GET", view_key(base, id)});
    }
    return commands;
}

// Adds to `found` what look_commands() found of the tasks that `who` may see.
result<void> add_visible(
    const scope& who,
    const std::vector<std::string>& ids,
    const redis::array& answers,
    std::vector<snapshot>& found
) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto& hash = answers[3 * i];
        if (hash.items() == nullptr || hash.items()->empty()) {
            continue;
        }
        auto one = snapshot_from(ids[i], hash, answers[3 * i + 1], answers[3 * i + 2]);
        if (!one) {
            return one.error();
        }
        if (who.all || one->record.caller == who.caller) {
            found.push_back(std::move(*one));
        }
    }
    return {};
}

// Its hash was seen before its end, and its view after it. (An ended task may have no view.)
bool is_torn(const snapshot& seen) {
    return !task::is_terminal(seen.record.state) && !seen.view.empty();
}

class redis_reading final : public reading {
public:
    redis_reading(redis::client& on, const queue_options& options) : redis_(on, options) {}

    unix_millis now() const override { return redis_.now(); }

    awaitable<result<std::vector<snapshot>>> read(scope who, std::vector<std::string> ids) override;
    awaitable<result<std::vector<snapshot>>>
    newest(scope who, std::size_t most, id_range among) override;
    awaitable<result<std::vector<std::optional<followed>>>> follow(std::vector<follow_wish> wishes
    ) override;
    awaitable<result<std::vector<snapshot>>> unfinished(scope who, std::size_t most) override;
    awaitable<result<chronicle>> history(std::string id) override;
    awaitable<result<statistics>> stats(std::vector<std::string> slots) override;
    awaitable<result<statistics>> counts(std::string caller) override;
    awaitable<result<switches>> show_switches() override;

private:
    awaitable<result<std::vector<snapshot>>>
    run_reading(const redis::function& what, redis::arguments values);

    redis_functions redis_;
};

} // namespace

awaitable<result<std::vector<snapshot>>>
redis_reading::run_reading(const redis::function& what, redis::arguments values) {
    const auto answer = co_await redis_.run(what, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    std::vector<snapshot> found;
    const auto* entries = answer->items();
    for (std::size_t i = 1; entries != nullptr && i < entries->size(); ++i) {
        auto one = snapshot_from((*entries)[i]);
        if (!one) {
            co_return one.error();
        }
        found.push_back(std::move(*one));
    }
    co_return found;
}

awaitable<result<std::vector<snapshot>>>
redis_reading::read(scope who, std::vector<std::string> ids) {
    std::vector<snapshot> found;
    if (ids.empty()) {
        co_return found;
    }
    for (int look = 0; look < most_looks; ++look) {
        auto commands = look_commands(redis_.base(), ids);
        const auto answers = co_await redis_.ask_together(std::move(commands));
        if (!answers) {
            co_return answers.error();
        }
        found.clear();
        auto added = add_visible(who, ids, *answers, found);
        if (!added) {
            co_return added.error();
        }
        if (std::none_of(found.begin(), found.end(), is_torn)) {
            break;
        }
    }
    co_return found;
}

awaitable<result<std::vector<snapshot>>>
redis_reading::newest(scope who, std::size_t most, id_range among) {
    newest_arguments asked{
        .caller = std::move(who.caller),
        .all = who.all,
        .most = static_cast<std::int64_t>(most),
        .from = std::move(among.from),
        .before = std::move(among.before)
    };
    co_return co_await run_reading(functions().newest, std::move(asked).values());
}

awaitable<result<std::vector<snapshot>>> redis_reading::unfinished(scope who, std::size_t most) {
    unfinished_arguments asked{
        .caller = std::move(who.caller), .all = who.all, .most = static_cast<std::int64_t>(most)
    };
    co_return co_await run_reading(functions().unfinished, std::move(asked).values());
}

awaitable<result<std::vector<std::optional<followed>>>>
redis_reading::follow(std::vector<follow_wish> wishes) {
    follow_arguments asked{.each_wish = {}};
    asked.each_wish.reserve(wishes.size());
    for (auto& wish : wishes) {
        const std::string known = wish.known ? std::to_string(*wish.known) : "";
        asked.each_wish.push_back({wish.id, wish.who.caller, wish.who.all, known});
    }
    const auto answer = co_await redis_.run(functions().follow, std::move(asked).values());
    if (!answer) {
        co_return answer.error();
    }
    if (answer->items() == nullptr || answer->items()->size() != wishes.size() + 1) {
        co_return refusal("follow", word_of(*answer));
    }
    std::vector<std::optional<followed>> found(wishes.size());
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const auto& entry = item(*answer, i + 1);
        if (entry.items() == nullptr || entry.items()->empty()) {
            continue;
        }
        auto one = followed_from(entry, wishes[i].known);
        if (!one) {
            co_return one.error();
        }
        found[i] = std::move(*one);
    }
    co_return found;
}

awaitable<result<chronicle>> redis_reading::history(std::string id) {
    history_arguments asked{.id = std::move(id)};
    const auto answer = co_await redis_.run(functions().history, std::move(asked).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("history", word_of(*answer));
    }
    // The first event is implied by the submit time: a waiting task keeps no list for it.
    chronicle told;
    told.events.push_back({1, number_at(*answer, 1), {task::event_kind::submitted}});
    const auto* entries = item(*answer, 2).items();
    for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
        auto event = event_from((*entries)[i].text() == nullptr ? "" : *(*entries)[i].text());
        if (!event) {
            co_return event.error();
        }
        told.events.push_back(std::move(*event));
    }
    task::record record;
    if (auto added = add_calls(record, item(*answer, 3)); !added) {
        co_return added.error();
    }
    told.calls = std::move(record.calls);
    co_return told;
}

awaitable<result<statistics>> redis_reading::stats(std::vector<std::string> slots) {
    stats_arguments asked{.slots = std::move(slots)};
    const auto answer = co_await redis_.run(functions().stats, std::move(asked).values());
    if (!answer) {
        co_return answer.error();
    }
    co_return statistics_from(*answer);
}

awaitable<result<statistics>> redis_reading::counts(std::string caller) {
    counts_arguments asked{.caller = std::move(caller)};
    const auto answer = co_await redis_.run(functions().counts, std::move(asked).values());
    if (!answer) {
        co_return answer.error();
    }
    const auto number = [&](std::size_t at) {
        return static_cast<std::size_t>(number_at(*answer, at));
    };
    statistics own;
    own.waiting = number(1);
    own.running = number(2);
    own.modal = number(3);
    co_return own;
}

awaitable<result<switches>> redis_reading::show_switches() {
    redis::arguments command{"HGETALL", off_key(redis_.base())};
    const auto found = co_await redis_.ask(std::move(command));
    if (!found) {
        co_return found.error();
    }
    co_return switches_from(*found);
}

std::unique_ptr<reading> open_reading(redis::client& on, const queue_options& options) {
    return std::make_unique<redis_reading>(on, options);
}

} // namespace imagined::queue
