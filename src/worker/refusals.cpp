// What is written about calls that did not start, and about those that were refused for good.
#include "imagined/base/log.hpp"
#include "imagined/task/fail_texts.hpp"
#include "insist.hpp"
#include "task_step.hpp"

#include <fmt/format.h>

#include <utility>

namespace imagined::worker {

namespace {

using clock = std::chrono::steady_clock;

queue::key_verdict key_verdict_of(const backend::outcome& came) {
    using kind = queue::key_verdict::kind;
    queue::key_verdict said;
    said.backend_failed = came.backend_failed;
    said.words = came.detail;
    if (came.what == backend::verdict::refused) {
        said.what = kind::works;
    } else if (came.key == backend::key_effect::cool) {
        said.what = kind::cool;
        said.at_least = came.retry_after.value_or(std::chrono::seconds(0));
    } else if (came.key == backend::key_effect::disable) {
        said.what = kind::disable;
    } else if (came.key == backend::key_effect::absent) {
        said.what = kind::absent;
    } else if (came.key == backend::key_effect::full) {
        said.what = kind::full;
        said.allowed_pictures = came.allowed_pictures;
    }
    return said;
}

// Whose state a call that did not start tells of: its key's, or its operation's at this backend.
std::string subject_of(const backend::outcome& came, const std::string& slot, std::string route) {
    return came.key == backend::key_effect::absent ? std::move(route) : slot;
}

} // namespace

std::string task_step::route_at(const backend::backend& at) const {
    return fmt::format("{}/{}", at.options().name, task::to_string(submission_->request.what));
}

std::set<std::string> task_step::backends_to_ask() const {
    std::set<std::string> names;
    for (const auto& key : on_->parts.backends.candidates(submission_->request, 0)) {
        names.insert(on_->parts.backends.owner_of(key.name)->options().name);
    }
    return names;
}

awaitable<>
task_step::record_not_started(int index, const backend::backend& at, const backend::outcome& came) {
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    const std::string slot = call_at(index).slot;
    const auto verdict = key_verdict_of(came);
    const std::string event = fmt::format("not started at {}: {}", slot, came.detail);
    auto write = [&tasks, held, index, verdict, event] {
        return tasks.not_started(held, index, verdict, event);
    };
    const auto written = co_await insist(write);
    call_at(index).now = task::call::state::not_started;
    gone_ = gone_ || (!written && written.error().kind == failure_kind::conflict);
    tried_.insert(slot);
    record_.last_words = fmt::format("{}: {}", at.options().name, came.detail);
    if (came.key == backend::key_effect::absent) {
        setbacks_.absent(at.options().name, written ? *written : queue::setback{}, clock::now());
    } else {
        setbacks_.met(clock::now());
    }
    give_up_if_hopeless();
    if (on_->is_news(subject_of(came, slot, route_at(at)), came.key)) {
        log::warning(
            "a call did not start; the same again is not told",
            {{"task", record_.id}, {"trace", trace_.id}, {"slot", slot}, {"reason", came.detail}}
        );
    }
}

void task_step::note_success(const backend::backend& at, const std::string& slot) {
    const bool key = on_->troubles.erase(slot) > 0;
    const bool route = on_->troubles.erase(route_at(at)) > 0;
    if (key || route) {
        log::info("a backend takes calls again", {{"slot", slot}});
    }
}

// Nobody is left to ask, and the task has met that often enough.
void task_step::give_up_if_hopeless() {
    if (!refused_ && setbacks_.some_absent() && setbacks_.hopeless(backends_to_ask())) {
        const auto code = task::fail_code::backend_refused;
        auto reason = absence_.en.empty()
                          ? task::with_last_words(task::text_of(code), record_.last_words)
                          : absence_;
        refused_ = refusal{code, std::move(reason)};
    }
}

// Nothing is left to try now: true if the task may try the same again, at a time that is its own.
bool task_step::waits_for_its_right() {
    if (!setbacks_.some_absent()) {
        return false;
    }
    const bool waits = setbacks_.wait_for_right(backends_to_ask());
    if (waits) {
        tried_.clear();
    }
    return waits;
}

// Its marker stays in flight until the end is written: whoever took over in between would ask once
// more for what was refused for good.
void task_step::note_refusal(int index, const backend::outcome& came) {
    auto& call = call_at(index);
    call.now = task::call::state::not_started;
    std::string event = fmt::format("refused by {}: {}", call.slot, came.detail);
    refused_calls_.push_back({index, key_verdict_of(came), std::move(event)});
    if (!refused_) {
        refused_ = refusal{came.code, came.reason};
    }
}

// Frees the places of refused calls and tells what they say about their keys and backends.
awaitable<> task_step::settle_refused() {
    auto& tasks = on_->parts.tasks;
    const auto held = holding_->held;
    for (const refused_call& one : refused_calls_) {
        auto write = [&tasks, &held, &one] {
            return tasks.not_started(held, one.index, one.key, one.event);
        };
        // Stale as a rule, because the task has ended; the place is free all the same.
        const auto told = co_await insist(write);
        if (!told && told.error().kind != failure_kind::conflict) {
            log::warning(
                "a refused call keeps its place to its deadline",
                {{"task", record_.id}, {"trace", trace_.id}, {"reason", told.error().detail}}
            );
        }
    }
}

} // namespace imagined::worker
