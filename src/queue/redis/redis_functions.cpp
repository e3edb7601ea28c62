#include "redis_functions.hpp"

#include "imagined/base/failpoint.hpp"
#include "keys.hpp"
#include "task_record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::queue {

namespace {

// What is done in the last moment would be told to nobody: the answer needs time on its way, too.
constexpr milliseconds answer_allowance{250};
constexpr milliseconds measuring_patience{250};

milliseconds latest_start(milliseconds deadline) {
    return deadline - std::min(answer_allowance, deadline / 2);
}

// To our callers whatever Redis refuses is a matter of time: it did nothing, and somebody will put
// it right.
failure passing(failure why) {
    if (why.kind == failure_kind::rejected || why.kind == failure_kind::invalid) {
        why.kind = failure_kind::unavailable;
    }
    return why;
}

} // namespace

std::string slot_text(const slot& place) {
    return fmt::format(
        "{}|{}|{}|{}|{}", place.name, place.limit, place.group, place.pictures, place.asks
    );
}

failure refusal(std::string_view verb, std::string_view word) {
    std::string detail = "queue: " + std::string(verb) + ": " + std::string(word);
    if (word == "missing") {
        return {failure_kind::not_found, std::move(detail)};
    }
    if (word == "stale" || word == "conflict" || word == "ended") {
        return {failure_kind::conflict, std::move(detail)};
    }
    if (word == "late") {
        return {failure_kind::unavailable, std::move(detail)};
    }
    return {failure_kind::corrupt, std::move(detail)};
}

redis_functions::redis_functions(redis::client& on, const queue_options& options)
    : client_(on),
      base_(key_base(options.prefix)),
      deadline_(options.command_deadline),
      fixed_now_(options.fixed_now) {}

script_batch::runner redis_functions::batched(const redis::function& what) {
    return [this, &what](redis::arguments tasks, milliseconds left) {
        return run(what, std::move(tasks), left);
    };
}

awaitable<result<redis::reply>>
redis_functions::run(const redis::function& what, redis::arguments values, milliseconds deadline) {
    auto answer = co_await run_as_it_is(what, std::move(values), deadline);
    if (!answer) {
        co_return passing(answer.error());
    }
    co_return answer;
}

awaitable<result<redis::reply>> redis_functions::run_as_it_is(
    const redis::function& what, redis::arguments values, milliseconds deadline
) {
    if (deadline <= milliseconds(0)) {
        deadline = deadline_;
    }
    redis::arguments all;
    all.reserve(values.size() + 2);
    if (fixed_now_.empty()) {
        all.emplace_back("0");
        all.push_back(std::to_string(now() + latest_start(deadline).count()));
    } else {
        all.push_back(fixed_now_);
        all.emplace_back("0");
    }
    for (auto& value : values) {
        all.push_back(std::move(value));
    }
    redis::arguments keys{base_};
    if (failpoint::hit("queue.", what.name, ".before")) {
        co_return failure{failure_kind::unavailable, "queue: the command was not sent"};
    }
    auto answer = co_await client_.run(what, std::move(keys), std::move(all), deadline);
    if (failpoint::hit("queue.", what.name, ".after")) {
        co_return failure{failure_kind::unavailable, "queue: the answer was lost"};
    }
    if (answer && word_of(*answer) == "late") {
        // Either Redis was busy for long, or its clock is not what we took it for. Whoever comes
        // next should know.
        if (auto measured = co_await client_.measure_clock(measuring_patience); !measured) {
            co_return measured.error();
        }
        co_return refusal(what.name, "late");
    }
    if (answer && word_of(*answer) == "denied") {
        co_return failure{failure_kind::rejected, "redis: our user may not " + text_at(*answer, 1)};
    }
    co_return answer;
}

awaitable<result<redis::reply>> redis_functions::ask(redis::arguments command) {
    auto answer = co_await client_.execute(std::move(command), deadline_);
    if (!answer) {
        co_return passing(answer.error());
    }
    co_return answer;
}

awaitable<result<redis::array>> redis_functions::ask_together(std::vector<redis::arguments> commands
) {
    auto answers = co_await client_.execute_together(std::move(commands), deadline_);
    if (!answers) {
        co_return passing(answers.error());
    }
    co_return answers;
}

awaitable<result<void>>
redis_functions::run_plain(const redis::function& what, redis::arguments values) {
    const auto answer = co_await run(what, std::move(values));
    if (!answer) {
        co_return answer.error();
    }
    if (word_of(*answer) != "ok") {
        co_return refusal(what.name, word_of(*answer));
    }
    co_return result<void>();
}

awaitable<result<void>>
redis_functions::join_plain(script_batch& batch, std::string verb, redis::arguments values) {
    const auto verdict = co_await batch.join(std::move(values), deadline_);
    if (!verdict) {
        co_return verdict.error();
    }
    if (word_of(*verdict) != "ok") {
        co_return refusal(verb, word_of(*verdict));
    }
    co_return result<void>();
}

ports open_redis_queue(redis::client& on, const queue_options& options) {
    return {
        .submission = open_submission(on, options),
        .work = open_work(on, options),
        .outbox = open_outbox(on, options),
        .reading = open_reading(on, options),
        .operating = open_operating(on, options)
    };
}

std::string hint_channel(std::string_view prefix) {
    return key_base(prefix) + "hint";
}

std::string live_channel(std::string_view prefix) {
    return key_base(prefix) + "live";
}

} // namespace imagined::queue
