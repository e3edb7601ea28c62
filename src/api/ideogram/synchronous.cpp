// The drop-in front: Ideogram's own paths, which answer when the picture is there. Behind them is
// the same queue, so a client that hangs up loses nothing: the same Idempotency-Key finds the task.
#include "answers/answers.hpp"
#include "answers/ideogram_error.hpp"
#include "answers/texts.hpp"
#include "context/drawing_wait.hpp"
#include "ideogram/handlers.hpp"
#include "ideogram/native_paths.hpp"
#include "ideogram/read_request.hpp"
#include "ideogram/shown_answer.hpp"
#include "views/live_task.hpp"

namespace imagined::api {

namespace {

awaitable<http::response> answer_to(context& api, const queue::snapshot& ended) {
    if (ended.record.state != task::state::success) {
        co_return ideogram_error(status_of(ended.record), failure_reason(ended));
    }
    auto body = co_await answer_of(api, ended);
    if (!body) {
        co_return ideogram_error(failed(body.error(), "answer a drawing"));
    }
    co_return json_answer(200, std::move(*body));
}

awaitable<http::response> wait_for(context& api, const std::string& id) {
    auto ended = co_await wait_for_end(api, id);
    if (!ended) {
        co_return ideogram_error(failed(ended.error(), "wait for a drawing"));
    }
    if (*ended) {
        co_return co_await answer_to(api, **ended);
    }
    co_return ideogram_error(503, texts::draining.en);
}

} // namespace

awaitable<http::response> draw_now(context& api, call from) {
    const auto asked = native_path(canonical(from.request.path).text);
    if (!asked) {
        co_return ideogram_error(refuse_with_status(404, texts::no_route));
    }
    const auto seat = api.held.take(from.who.name);
    if (const auto* full = std::get_if<seats::full>(&seat)) {
        co_return ideogram_error(429, seat_text(texts::too_many_waits, *full, task::language::en));
    }
    const auto made = co_await submit_native_request(api, from, *asked);
    from.request.held.reset(); // its pictures are stored
    if (const auto* refused = std::get_if<refusal>(&made)) {
        co_return ideogram_error(*refused);
    }
    const accepted& task = std::get<accepted>(made);
    http::response answer = co_await wait_for(api, task.id);
    answer.headers.set(task_id_header, task.id);
    if (task.replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    co_return answer;
}

} // namespace imagined::api
