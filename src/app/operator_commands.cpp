#include "operator_commands.hpp"

#include "operator_text.hpp"

#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/store/image_store.hpp"
#include "imagined/task/submission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace imagined::app {

namespace {

using nlohmann::json;

constexpr milliseconds submit_budget{5000};
constexpr int json_indent = 2;

// The operator sees everybody's tasks.
const queue::scope everybody{.caller = "", .all = true};

std::string pretty(const json& value) {
    return value.dump(json_indent, ' ', false, json::error_handler_t::replace);
}

report plain_or_json(bool as_json, std::string text, const json& value) {
    return {.text = as_json ? pretty(value) : std::move(text)};
}

failure no_such_task(const std::string& id) {
    return {failure_kind::not_found, "there is no task " + id};
}

failure with_id(failure why, const std::string& id) {
    why.detail = "task " + id + ": " + why.detail;
    return why;
}

// Why a verb does not fit the task as it stands, in words for whoever asked for it.
failure not_now(const std::string& id, task::state now, std::string_view but) {
    return {
        failure_kind::conflict, fmt::format("task {} is {}; {}", id, task::to_string(now), but)
    };
}

awaitable<result<queue::snapshot>> read_one(queue::reading& tasks, std::string id) {
    if (!store::is_task_id(id)) {
        co_return failure{failure_kind::invalid, "\"" + id + "\" is no task id: 16 digits"};
    }
    std::vector<std::string> ids{id};
    auto found = co_await tasks.read(everybody, std::move(ids));
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        co_return no_such_task(id);
    }
    co_return std::move(found->front());
}

std::vector<queue::slot> all_slots(const backend::roster& backends) {
    std::vector<queue::slot> slots;
    for (const auto& member : backends.members()) {
        for (const backend::key_slot& slot : member->slots()) {
            slots.push_back({.name = slot.name, .limit = slot.limit});
        }
    }
    return slots;
}

} // namespace

awaitable<result<report>> show_task(operator_context with, std::string id) {
    auto shown = co_await read_one(with.tasks, id);
    if (!shown) {
        co_return shown.error();
    }
    auto history = co_await with.tasks.history(id);
    if (!history) {
        co_return history.error();
    }
    shown->record.calls = history->calls;
    co_return plain_or_json(
        with.json,
        task_text(*shown, history->events),
        task_json(*shown, history->events, with.tasks.now())
    );
}

awaitable<result<report>> cancel_task(operator_context with, std::string id) {
    auto shown = co_await read_one(with.tasks, id);
    if (!shown) {
        co_return shown.error();
    }
    const auto submitted = task::submission_from_text(shown->submission);
    const bool english = submitted && submitted->lang == task::language::en;
    std::string reason = english ? "Task cancelled" : "取消任务";
    auto ended = co_await with.submission.cancel(everybody, id, std::move(reason));
    if (!ended && ended.error().kind == failure_kind::conflict) {
        if (const auto now = co_await read_one(with.tasks, id)) {
            co_return not_now(
                id, now->record.state, "only one that has not ended can be cancelled"
            );
        }
    }
    if (!ended) {
        co_return with_id(ended.error(), id);
    }
    const json value{{"id", id}, {"state", task::to_string(task::state::failure)}};
    co_return plain_or_json(with.json, "task " + id + " is cancelled", value);
}

// What was paid for a failed task, and can still be had.
struct paid_work {
    std::vector<int> calls; // their indices
    bool complete = false;  // they were to bring all that the task asks for
};

bool is_of_use(const task::call& made, const task::record& failed, unix_millis now) {
    const auto answer = backend::answer_from_text(made.answer);
    if (made.now != task::call::state::answered || !answer) {
        return false;
    }
    const auto can_be_had = [&](const backend::answered_picture& picture) {
        return picture.safe && !picture.url.empty()
               && backend::link_death(picture.url, failed.called) > now;
    };
    return !answer->descriptions.empty()
           || std::any_of(answer->pictures.begin(), answer->pictures.end(), can_be_had);
}

paid_work paid_answers(
    const task::record& failed,
    const task::submission& submitted,
    const std::vector<task::call>& calls,
    unix_millis now
) {
    paid_work paid;
    // It was such a retry itself, and its pictures were not to be had: then they are asked for.
    if (failed.billed == "no" && failed.fail_code == task::fail_code::no_picture) {
        return paid;
    }
    std::set<int> pictures;
    for (const auto& made : calls) {
        if (is_of_use(made, failed, now)) {
            paid.calls.push_back(made.index);
            for (int n = made.first_picture; n < made.first_picture + made.count; ++n) {
                pictures.insert(n);
            }
        }
    }
    paid.complete = static_cast<int>(pictures.size()) >= submitted.request.images;
    return paid;
}

awaitable<result<report>> retry_task(operator_context with, std::string id) {
    auto shown = co_await read_one(with.tasks, id);
    if (!shown) {
        co_return shown.error();
    }
    if (shown->record.state != task::state::failure) {
        co_return not_now(id, shown->record.state, "only one that failed can be submitted again");
    }
    const auto submitted = task::submission_from_text(shown->submission);
    if (!submitted) {
        co_return with_id(submitted.error(), id);
    }
    queue::new_task again;
    again.caller = shown->record.caller;
    again.lane = with.backends.lane_of(submitted->request);
    again.submission = shown->submission;
    again.has_hook = !submitted->notify_hook.empty();
    again.task_timeout = with.task_timeout;
    again.queue_limit = with.queue_limit;
    again.slots = all_slots(with.backends);
    again.event = {task::event_kind::resubmitted, {id}};
    const auto told = co_await with.tasks.history(id);
    if (!told) {
        co_return with_id(told.error(), id);
    }
    const auto paid = paid_answers(shown->record, *submitted, told->calls, with.tasks.now());
    result<queue::submitted> accepted = failure{};
    if (paid.calls.empty()) {
        accepted = co_await with.submission.submit(std::move(again), submit_budget);
    } else {
        accepted =
            co_await with.operating.resubmit(id, std::move(again), paid.calls, paid.complete);
    }
    if (!accepted) {
        co_return accepted.error();
    }
    if (accepted->what == queue::submitted::verdict::intake_paused) {
        co_return failure{failure_kind::throttled, "intake is paused"};
    }
    if (accepted->what != queue::submitted::verdict::accepted) {
        co_return failure{failure_kind::throttled, "the queue is full"};
    }
    const json value{{"id", accepted->id}, {"retryOf", id}, {"paidAnswers", paid.calls.size()}};
    const std::string from = paid.calls.empty() ? "" : ", from the answers that were paid";
    co_return plain_or_json(with.json, "submitted again as task " + accepted->id + from, value);
}

awaitable<result<report>> retry_callback(operator_context with, std::string id) {
    const auto shown = co_await read_one(with.tasks, id);
    if (!shown) {
        co_return shown.error();
    }
    const auto due = co_await with.operating.replay_callback(id, "command line");
    if (!due && due.error().kind == failure_kind::conflict) {
        const auto submitted = task::submission_from_text(shown->submission);
        const auto state = shown->record.state;
        if (submitted && submitted->notify_hook.empty()) {
            co_return not_now(id, state, "nobody is told of it: it was submitted without a hook");
        }
        const bool ended = state == task::state::success || state == task::state::failure;
        co_return not_now(
            id, state, ended ? "its callback is still being delivered" : "it has not ended"
        );
    }
    if (!due) {
        co_return with_id(due.error(), id);
    }
    const json value{{"id", id}, {"callback", "due"}};
    co_return plain_or_json(with.json, "the callback of task " + id + " is due again", value);
}

awaitable<result<report>> show_queue(operator_context with) {
    std::vector<std::string> names;
    for (const queue::slot& slot : all_slots(with.backends)) {
        names.push_back(slot.name);
    }
    auto counted = co_await with.tasks.stats(std::move(names));
    if (!counted) {
        co_return counted.error();
    }
    co_return plain_or_json(
        with.json, queue_text(*counted, with.backends), queue_json(*counted, with.backends)
    );
}

awaitable<result<report>> audit_queue(operator_context with) {
    auto broken = co_await with.operating.audit();
    if (!broken) {
        co_return broken.error();
    }
    std::string text =
        broken->empty() ? "every invariant holds" : fmt::format("{}", fmt::join(*broken, "\n"));
    const json value{{"sound", broken->empty()}, {"broken", *broken}};
    auto told = plain_or_json(with.json, std::move(text), value);
    told.sound = broken->empty();
    co_return told;
}

} // namespace imagined::app
