// The front side of the queue: what a client's request does to it.
#include "imagined/base/bytes.hpp"
#include "imagined/base/log.hpp"
#include "imagined/base/task_group.hpp"
#include "redis_functions.hpp"
#include "submit_marks.hpp"
#include "task_record.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace imagined::queue {

namespace {

// A submit whose answer was lost is looked for among the ids since its first attempt, and this much
// earlier: the server's clock is known only so well.
constexpr milliseconds clock_doubt{5000};
constexpr milliseconds shortest_repetition{500};
constexpr milliseconds attempt_pause{200};
constexpr milliseconds withdraw_limit{120000};

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

class redis_submission final : public submission {
public:
    redis_submission(redis::client& on, queue_options options)
        : redis_(on, options),
          options_(std::move(options)),
          submits_("submit tasks", [this](redis::arguments tasks, milliseconds left) {
              return run_submits(std::move(tasks), left);
          }) {}

    awaitable<result<std::string>> reserve_id() override;
    awaitable<result<submitted>> submit(new_task task, milliseconds budget) override;
    awaitable<result<submitted>>
    submit_modal(scope who, new_task answered, milliseconds budget) override;
    awaitable<result<task::state>> cancel(scope who, std::string id, std::string reason) override;

private:
    awaitable<result<redis::reply>> run_submits(redis::arguments tasks, milliseconds left);

    // Takes back a submit that may have happened although its caller was told otherwise.
    void withdraw_later(executor on, withdraw_arguments what);
    awaitable<> withdraw(withdraw_arguments what);

    redis_functions redis_;
    queue_options options_;
    submit_marks marks_;
    std::set<std::string> lanes_to_tell_; // of the submits that wait for their script
    script_batch submits_;
    std::optional<task_group> background_;
};

} // namespace

awaitable<result<std::string>> redis_submission::reserve_id() {
    const auto answer = co_await redis_.run(functions().reserve_id, {});
    if (!answer) {
        co_return answer.error();
    }
    co_return text_at(*answer, 1);
}

awaitable<result<redis::reply>>
redis_submission::run_submits(redis::arguments tasks, milliseconds left) {
    // Whoever is woken here goes on when this has sent its command and waits.
    for (const auto& lane : std::exchange(lanes_to_tell_, {})) {
        options_.on_submit(hint_of(lane));
    }
    co_return by_task(co_await redis_.run(functions().submit, std::move(tasks), left));
}

awaitable<result<submitted>> redis_submission::submit(new_task task, milliseconds budget) {
    const std::string mark = marks_.next();
    const unix_millis since = redis_.now() - clock_doubt.count();
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

void redis_submission::withdraw_later(executor on, withdraw_arguments what) {
    if (!background_) {
        background_.emplace(on);
    }
    auto body = [this, what = std::move(what)] { return withdraw(what); };
    background_->spawn("withdraw a submit", std::move(body));
}

awaitable<> redis_submission::withdraw(withdraw_arguments what) {
    const auto end = std::chrono::steady_clock::now() + withdraw_limit;
    const std::string& caller = what.caller;
    while (std::chrono::steady_clock::now() < end) {
        const auto answer =
            co_await redis_.run(functions().withdraw, withdraw_arguments(what).values());
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
redis_submission::submit_modal(scope who, new_task answered, milliseconds budget) {
    const redis::arguments values = modal_values(who, answered, marks_.next());
    auto attempt = [&](milliseconds left) {
        return redis_.run(functions().submit_modal, values, left);
    };
    auto unsure = [] {};
    auto answer = co_await try_until(budget, attempt, unsure);
    if (!answer) {
        co_return answer.error();
    }
    co_return submitted_from(*answer);
}

awaitable<result<task::state>>
redis_submission::cancel(scope who, std::string id, std::string reason) {
    cancel_arguments wanted{
        .id = std::move(id),
        .caller = std::move(who.caller),
        .all = who.all,
        .reason = std::move(reason)
    };
    const auto answer = co_await redis_.run(functions().cancel, std::move(wanted).values());
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

std::unique_ptr<submission> open_submission(redis::client& on, const queue_options& options) {
    return std::make_unique<redis_submission>(on, options);
}

} // namespace imagined::queue
