#include "v1/look.hpp"

#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "context/waits.hpp"
#include "http/byte_range.hpp"
#include "imagined/submit/texts.hpp"

#include "imagined/task/submission.hpp"

namespace imagined::api {

awaitable<std::optional<live_place>> place_of(context& api, const queue::followed& task) {
    if (!task.ahead || live_status(task.task.record) != "waiting") {
        co_return std::nullopt;
    }
    const auto submitted = task::submission_from_text(task.task.submission);
    if (!submitted) {
        co_return std::nullopt;
    }
    const auto counted = co_await api.counted.now();
    const auto now = capacity_for(submitted->request, api.parts.backends, counted);
    co_return live_place{*task.ahead, expected_wait_ms(*task.ahead, now)};
}

awaitable<std::string> context::show_change(const queue::followed& task) {
    const auto place = co_await place_of(*this, task);
    const unix_millis now = parts.tasks.now();
    queue::snapshot shown = task.task;
    co_await note_wait(*this, shown, task::language::en);
    auto text = live_task(shown, place, here(), now);
    co_return text ? std::move(*text) : std::string();
}

awaitable<result<seen_task>> look_at(
    context& api,
    queue::scope who,
    std::string id,
    std::optional<std::uint64_t> known,
    task::language in
) {
    if (!store::is_task_id(id)) {
        co_return failure{failure_kind::not_found, "not a task id"};
    }
    std::vector<queue::follow_wish> wishes;
    wishes.push_back({std::move(id), std::move(who), known});
    auto found = co_await api.parts.tasks.follow(std::move(wishes));
    if (!found) {
        co_return found.error();
    }
    if (!found->front()) {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    seen_task seen{std::move(*found->front()), std::nullopt};
    seen.place = co_await place_of(api, seen.now);
    co_await note_wait(api, seen.now.task, in);
    co_return seen;
}

http::response
live_answer(context& api, const seen_task& task, const http::request& asked, int status) {
    const unix_millis now = api.parts.tasks.now();
    const std::string tag = live_tag(task.now.task, task.place, now);
    http::response answer;
    if (status == 200 && names_etag(asked.headers.get("If-None-Match"), tag)) {
        answer.status = 304;
    } else {
        auto text = live_task(task.now.task, task.place, api.here(), now);
        if (!text) {
            return live_failure(text.error(), "show a task", task::language::en);
        }
        answer = json_answer(status, std::move(*text));
    }
    answer.headers.set("ETag", tag);
    answer.headers.set("Cache-Control", "private, no-cache");
    return answer;
}

http::response live_failure(const failure& cause, std::string_view doing, task::language in) {
    if (cause.kind == failure_kind::not_found) {
        return problem_answer(problems::no_task, submit::texts::no_task, in);
    }
    return problem_answer(failed(cause, doing), in);
}

} // namespace imagined::api
