#include "redis_queue.hpp"

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

redis_queue::redis_queue(redis::client& on, queue_options options)
    : redis_(on),
      options_(std::move(options)),
      base_(key_base(options_.prefix)),
      submits_(
          "submit tasks",
          [this](redis::arguments tasks, milliseconds left) {
              return run_submits(std::move(tasks), left);
          }
      ),
      calls_("write call markers", batched(functions().calling)),
      answers_("store answers", batched(functions().stored)),
      ends_("finish tasks", batched(functions().finish)),
      deliveries_("settle callbacks", batched(functions().outbox_delivered)),
      returns_("give callbacks back", batched(functions().outbox_release)) {}

script_batch::runner redis_queue::batched(const redis::function& what) {
    return [this, &what](redis::arguments tasks, milliseconds left) {
        return run(what, std::move(tasks), left);
    };
}

awaitable<result<redis::reply>>
redis_queue::run(const redis::function& what, redis::arguments values, milliseconds deadline) {
    auto answer = co_await run_as_it_is(what, std::move(values), deadline);
    if (!answer) {
        co_return passing(answer.error());
    }
    co_return answer;
}

awaitable<result<redis::reply>> redis_queue::run_as_it_is(
    const redis::function& what, redis::arguments values, milliseconds deadline
) {
    if (deadline <= milliseconds(0)) {
        deadline = options_.command_deadline;
    }
    redis::arguments all;
    all.reserve(values.size() + 2);
    if (options_.fixed_now.empty()) {
        all.emplace_back("0");
        all.push_back(std::to_string(now() + latest_start(deadline).count()));
    } else {
        all.push_back(options_.fixed_now);
        all.emplace_back("0");
    }
    for (auto& value : values) {
        all.push_back(std::move(value));
    }
    redis::arguments keys{base_};
    if (failpoint::hit("queue.", what.name, ".before")) {
        co_return failure{failure_kind::unavailable, "queue: the command was not sent"};
    }
    auto answer = co_await redis_.run(what, std::move(keys), std::move(all), deadline);
    if (failpoint::hit("queue.", what.name, ".after")) {
        co_return failure{failure_kind::unavailable, "queue: the answer was lost"};
    }
    if (answer && word_of(*answer) == "late") {
        // Either Redis was busy for long, or its clock is not what we took it for. Whoever comes
        // next should know.
        if (auto measured = co_await redis_.measure_clock(measuring_patience); !measured) {
            co_return measured.error();
        }
        co_return refusal(what.name, "late");
    }
    if (answer && word_of(*answer) == "denied") {
        co_return failure{failure_kind::rejected, "redis: our user may not " + text_at(*answer, 1)};
    }
    co_return answer;
}

awaitable<result<redis::reply>> redis_queue::ask(redis::arguments command) {
    auto answer = co_await redis_.execute(std::move(command), options_.command_deadline);
    if (!answer) {
        co_return passing(answer.error());
    }
    co_return answer;
}

awaitable<result<redis::array>> redis_queue::ask_together(std::vector<redis::arguments> commands) {
    auto answers = co_await redis_.execute_together(std::move(commands), options_.command_deadline);
    if (!answers) {
        co_return passing(answers.error());
    }
    co_return answers;
}

awaitable<result<void>> redis_queue::probe() {
    constexpr int most_tries = 2; // the second with a clock that was just measured
    for (int i = 0; i < most_tries; ++i) {
        const auto answer = co_await run_as_it_is(functions().probe, {}, options_.command_deadline);
        if (answer) {
            co_return result<void>{};
        }
        if (answer.error() != refusal(functions().probe.name, "late")) {
            co_return answer.error();
        }
    }
    co_return failure{
        failure_kind::unavailable,
        "the clock is off: Redis refuses our writes as late, although its clock was measured again"
    };
}

awaitable<result<void>>
redis_queue::run_plain(const redis::function& what, redis::arguments values) {
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
redis_queue::join_plain(script_batch& batch, std::string verb, redis::arguments values) {
    const auto verdict = co_await batch.join(std::move(values), options_.command_deadline);
    if (!verdict) {
        co_return verdict.error();
    }
    if (word_of(*verdict) != "ok") {
        co_return refusal(verb, word_of(*verdict));
    }
    co_return result<void>();
}

std::unique_ptr<task_queue> open_redis_queue(redis::client& on, queue_options options) {
    return std::make_unique<redis_queue>(on, std::move(options));
}

std::string hint_channel(std::string_view prefix) {
    return key_base(prefix) + "hint";
}

std::string live_channel(std::string_view prefix) {
    return key_base(prefix) + "live";
}

} // namespace imagined::queue
