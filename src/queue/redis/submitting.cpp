// The front side of the queue: what a client's request does to it.
#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"
#include "imagined/queue/resubmit.hpp"
#include "redis_queue.hpp"
#include "task_record.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace imagined::queue {

namespace {

// A submit whose answer was lost is looked for among the ids since its first attempt, and this much
// earlier: the server's clock is known only so well.
constexpr milliseconds clock_doubt{5000};
constexpr milliseconds shortest_repetition{500};
constexpr milliseconds attempt_pause{200};
constexpr milliseconds withdraw_limit{120000};

result<submitted> submitted_from(const redis::reply& answer) {
    using verdict = submitted::verdict;
    submitted made;
    const auto word = word_of(answer);
    if (word == "ok") {
        made.what = verdict::accepted;
    } else if (word == "replayed") {
        made.what = verdict::replayed;
    } else if (word == "key_reused") {
        made.what = verdict::key_reused;
    } else if (word == "queue_full") {
        made.what = verdict::queue_full;
    } else if (word == "caller_full") {
        made.what = verdict::caller_full;
    } else if (word == "intake_paused") {
        made.what = verdict::intake_paused;
    } else if (word == "rate_limited") {
        made.what = verdict::rate_limited;
        made.retry_after = milliseconds(number_at(answer, 3));
        return made;
    } else {
        return refusal("submit", word);
    }
    made.id = text_at(answer, 1);
    made.immediate = number_at(answer, 2) == 1;
    made.ahead = static_cast<std::size_t>(std::max<std::int64_t>(0, number_at(answer, 3)));
    if (made.what == verdict::caller_full) {
        made.caller_left = 0;
    } else if (!item(answer, 4).is_nil() && number_at(answer, 4) >= 0) {
        made.caller_left = static_cast<std::size_t>(number_at(answer, 4));
    }
    return made;
}

// As the script publishes it.
std::string hint_of(const std::string& lane) {
    return "q " + lane;
}

std::string hash_of_key(const std::string& key) {
    return key.empty() ? "" : sha256_hex(key);
}

// What the script looks up once for all tasks of a batch that say the same.
std::string kind_of(const new_task& task) {
    std::string kind = fmt::format(
        "{}|{}|{}|{}|{}|{}",
        task.caller,
        task.lane,
        task.has_hook ? 1 : 0,
        task.task_timeout.count(),
        task.queue_limit,
        task.modal ? 1 : 0
    );
    for (const auto& place : task.slots) {
        kind += ' ';
        kind += slot_text(place);
    }
    return kind;
}

// What few tasks have.
std::string rarities_of(const new_task& task, unix_millis since) {
    const bool usual =
        task.id.empty() && task.idempotency_key.empty() && since == 0 && task.ended_view.empty();
    if (usual) {
        return {};
    }
    const auto hash = hash_of_key(task.idempotency_key);
    return fmt::format(
        "{}|{}|{}|{}|{}", task.id, hash, task.fingerprint, since, task::to_text(task.event)
    );
}

redis::arguments values_of(const new_task& task, const std::string& mark, unix_millis since) {
    return submit_arguments{
        .kind = kind_of(task),
        .submission = task.submission,
        .mark = mark,
        .rare = rarities_of(task, since),
        .view = task.ended_view
    }
        .values();
}

// The script's verdicts stand one behind the other; here each becomes an array of its own.
result<redis::reply> by_task(result<redis::reply> told) {
    constexpr std::size_t width = 5;
    auto* flat = told ? std::get_if<redis::array>(&told->value) : nullptr;
    if (flat == nullptr || word_of(*told) != "ok") {
        return told;
    }
    redis::array verdicts;
    verdicts.reserve(flat->size() / width);
    for (std::size_t at = 1; at + width <= flat->size(); at += width) {
        const auto first = std::make_move_iterator(flat->begin() + static_cast<std::ptrdiff_t>(at));
        verdicts.push_back({redis::array(first, first + static_cast<std::ptrdiff_t>(width))});
    }
    redis::array made;
    made.push_back({std::string("ok")});
    made.push_back({std::move(verdicts)});
    return redis::reply{std::move(made)};
}

redis::arguments modal_values(const scope& who, const new_task& answered, const std::string& mark) {
    submit_modal_arguments given{
        .id = answered.id,
        .caller = who.caller,
        .all = who.all,
        .lane = answered.lane,
        .submission = answered.submission,
        .hook = answered.has_hook,
        .timeout_ms = answered.task_timeout.count(),
        .queue_limit = static_cast<std::int64_t>(answered.queue_limit),
        .hash = hash_of_key(answered.idempotency_key),
        .fingerprint = answered.fingerprint,
        .mark = mark,
        .event = task::to_text(answered.event),
        .slots = {}
    };
    for (const auto& place : answered.slots) {
        given.slots.push_back(slot_text(place));
    }
    return std::move(given).values();
}

// Calls `attempt(time left)` until it answers anything but `unavailable`, within `budget`;
// `unsure()` before each repetition, because the attempt before it may have happened. Both outlive
// the call.
template <class Attempt, class Unsure>
awaitable<result<redis::reply>> try_until(milliseconds budget, Attempt& attempt, Unsure& unsure) {
    using clock = std::chrono::steady_clock;
    const auto end = clock::now() + budget;
    milliseconds left = budget;
    for (;;) {
        auto last = co_await attempt(left);
        if (last || last.error().kind != failure_kind::unavailable) {
            co_return last;
        }
        unsure();
        // The script refused to run late, or the connection was lost: ask again in what is left.
        co_await pause_for(std::min(attempt_pause, left / 4));
        left = std::chrono::duration_cast<milliseconds>(end - clock::now());
        if (left < shortest_repetition) {
            co_return last;
        }
    }
}

} // namespace

awaitable<result<std::string>> redis_queue::reserve_id() {
    const auto answer = co_await run(functions().reserve_id, {});
    if (!answer) {
        co_return answer.error();
    }
    co_return text_at(*answer, 1);
}

awaitable<result<redis::reply>>
redis_queue::run_submits(redis::arguments tasks, milliseconds left) {
    // Whoever is woken here goes on when this has sent its command and waits.
    for (const auto& lane : std::exchange(lanes_to_tell_, {})) {
        options_.on_submit(hint_of(lane));
    }
    co_return by_task(co_await run(functions().submit, std::move(tasks), left));
}

awaitable<result<submitted>> redis_queue::submit(new_task task, milliseconds budget) {
    const std::string mark = marks_.next();
    const unix_millis since = now() - clock_doubt.count();
    unix_millis tried_since = 0; // 0 until an attempt may have happened unseen
    auto attempt = [&](milliseconds left) {
        if (options_.on_submit && !task.modal && task.ended_view.empty()) {
            lanes_to_tell_.insert(task.lane);
        }
        return submits_.join(values_of(task, mark, tried_since), left);
    };
    auto unsure = [&] { tried_since = since; };
    auto answer = co_await try_until(budget, attempt, unsure);
    if (answer) {
        co_return submitted_from(*answer);
    }
    if (tried_since != 0) {
        withdraw_arguments what{
            .caller = std::move(task.caller),
            .mark = mark,
            .since_ms = since,
            .given = std::move(task.id),
            .hash = hash_of_key(task.idempotency_key)
        };
        withdraw_later(co_await asio::this_coro::executor, std::move(what));
    }
    co_return answer.error();
}

void redis_queue::withdraw_later(executor on, withdraw_arguments what) {
    if (!background_) {
        background_.emplace(on);
    }
    auto body = [this, what = std::move(what)] { return withdraw(what); };
    background_->spawn("withdraw a submit", std::move(body));
}

awaitable<> redis_queue::withdraw(withdraw_arguments what) {
    const auto end = std::chrono::steady_clock::now() + withdraw_limit;
    const std::string& caller = what.caller;
    while (std::chrono::steady_clock::now() < end) {
        const auto answer = co_await run(functions().withdraw, withdraw_arguments(what).values());
        if (answer) {
            if (text_at(*answer, 1) == "started") {
                log::warning("a submit that was answered 503 is running", {{"caller", caller}});
            }
            co_return;
        }
        co_await pause_for(attempt_pause);
    }
    log::error("a submit that was answered 503 could not be taken back", {{"caller", caller}});
}

awaitable<result<submitted>>
redis_queue::submit_modal(scope who, new_task answered, milliseconds budget) {
    const redis::arguments values = modal_values(who, answered, marks_.next());
    auto attempt = [&](milliseconds left) { return run(functions().submit_modal, values, left); };
    auto unsure = [] {};
    auto answer = co_await try_until(budget, attempt, unsure);
    if (!answer) {
        co_return answer.error();
    }
    co_return submitted_from(*answer);
}

awaitable<result<submitted>>
redis_queue::resubmit(std::string of, new_task again, std::vector<int> calls, bool complete) {
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
    const auto answer = co_await run(functions().resubmit, std::move(given).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) == "missing") {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    co_return submitted_from(*answer);
}

awaitable<result<submitted>> resubmit(
    redis::client& on,
    queue_options options,
    std::string of,
    new_task again,
    std::vector<int> calls,
    bool complete
) {
    redis_queue via(on, std::move(options));
    co_return co_await via.resubmit(std::move(of), std::move(again), std::move(calls), complete);
}

awaitable<result<task::state>> redis_queue::cancel(scope who, std::string id, std::string reason) {
    cancel_arguments wanted{
        .id = std::move(id),
        .caller = std::move(who.caller),
        .all = who.all,
        .reason = std::move(reason)
    };
    const auto answer = co_await run(functions().cancel, std::move(wanted).values());
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal("cancel", word_of(*answer));
    }
    const auto state = task::parse_state(text_at(*answer, 1));
    if (!state) {
        co_return refusal("cancel", "unknown state");
    }
    co_return *state;
}

awaitable<result<void>> redis_queue::register_callers(std::vector<caller_limits> callers) {
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
    co_return co_await run_plain(functions().register_callers, std::move(told).values());
}

} // namespace imagined::queue
