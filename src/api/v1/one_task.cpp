// One task of the live API: as it stands, its result, its end by request.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "v1/handlers.hpp"
#include "v1/waiting.hpp"
#include "views/parts_of_view.hpp"

#include "imagined/task/submission.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

using nlohmann::json;

http::response result_of(const context& api, const queue::snapshot& ended) {
    const auto text = task_json(ended, api.here(), api.parts.tasks.now());
    const json view = json::parse(text ? *text : "", nullptr, false);
    if (!view.is_object()) {
        return live_failure(
            {failure_kind::corrupt, "its view is no object"}, "show a result", task::language::en
        );
    }
    const json told{
        {"id", ended.record.id},
        {"imageUrl", member_of(view, "imageUrl")},
        {"images", pictures_of_view(view)},
        {"text", text_of_view(view)},
        {"seed", member_of(view, "seed")}
    };
    return json_answer(200, told.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace

awaitable<http::response> show_live_task(context& api, call from) {
    const auto seat = take_wait(api, from);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return no_seat(problems::too_many_waits, texts::too_many_waits, *full, from.lang);
    }
    const auto seen = co_await look_and_wait(api, from, until::changed);
    if (!seen) {
        co_return live_failure(seen.error(), "show a task", from.lang);
    }
    http::response answer = live_answer(api, *seen, from.request);
    mark_wait(from.request, answer);
    co_return answer;
}

awaitable<http::response> show_live_result(context& api, call from) {
    const auto seat = take_wait(api, from);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return no_seat(problems::too_many_waits, texts::too_many_waits, *full, from.lang);
    }
    const auto seen = co_await look_and_wait(api, from, until::ended);
    if (!seen) {
        co_return live_failure(seen.error(), "show a result", from.lang);
    }
    const queue::snapshot& task = seen->now.task;
    http::response answer;
    if (!task::is_terminal(task.record.state)) {
        answer = problem_answer(problems::task_open, texts::task_open, from.lang);
    } else if (task.record.state == task::state::failure) {
        answer = problem_answer(problems::task_failed, failure_reason(task));
    } else {
        answer = result_of(api, task);
    }
    mark_wait(from.request, answer);
    co_return answer;
}

awaitable<http::response> cancel_live_task(context& api, call from) {
    const std::string id = from.values[0];
    const auto found = co_await look_at(api, from.who.scope(), id, {}, from.lang);
    if (!found) {
        co_return live_failure(found.error(), "cancel a task", from.lang);
    }
    // The reason stands in the task, so it speaks the language that its submit spoke.
    const auto submitted = task::submission_from_text(found->now.task.submission);
    const auto in = submitted ? submitted->lang : from.lang;
    const auto ended =
        co_await api.parts.submission.cancel(from.who.scope(), id, texts::cancelled_reason.in(in));
    if (!ended && ended.error().kind == failure_kind::conflict) {
        co_return problem_answer(problems::task_ended, texts::task_ended, from.lang);
    }
    if (!ended) {
        co_return live_failure(ended.error(), "cancel a task", from.lang);
    }
    const auto seen = co_await look_at(api, from.who.scope(), id, {}, from.lang);
    if (!seen) {
        co_return live_failure(seen.error(), "show a task", from.lang);
    }
    co_return live_answer(api, *seen, http::request{});
}

} // namespace imagined::api
