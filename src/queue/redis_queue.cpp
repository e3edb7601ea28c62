#include "redis_queue.hpp"

#include "imagined/base/clock.hpp"
#include "imagined/base/failpoint.hpp"
#include "keys.hpp"
#include "task_record.hpp"

#include <algorithm>

namespace imagined::queue {

namespace {

// What is done in the last moment would be told to nobody: the answer needs time on its way, too.
constexpr milliseconds answer_allowance{250};

milliseconds latest_start(milliseconds deadline) {
    return deadline - std::min(answer_allowance, deadline / 2);
}

} // namespace

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
      calls_("write call markers", batched(scripts().calling)),
      answers_("store answers", batched(scripts().stored)),
      ends_("finish tasks", batched(scripts().finish)),
      deliveries_("settle callbacks", batched(scripts().outbox_delivered)),
      returns_("give callbacks back", batched(scripts().outbox_release)) {}

script_batch::runner redis_queue::batched(const redis::function& what) {
    return [this, &what](redis::arguments tasks, milliseconds left) {
        return run(what, std::move(tasks), left);
    };
}

unix_millis redis_queue::server_now() const {
    return system_clock().now() + redis_.clock_offset().count();
}

awaitable<result<redis::reply>>
redis_queue::run(const redis::function& what, redis::arguments values, milliseconds deadline) {
    if (deadline <= milliseconds(0)) {
        deadline = options_.command_deadline;
    }
    redis::arguments all;
    all.reserve(values.size() + 2);
    if (options_.fixed_now.empty()) {
        all.emplace_back("0");
        all.push_back(std::to_string(server_now() + latest_start(deadline).count()));
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
        co_return refusal(what.name, "late");
    }
    co_return answer;
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
