// The drop-in front: Ideogram's own paths, which answer when the picture is there. Behind them is
// the same queue, so a client that hangs up loses nothing: the same Idempotency-Key finds the task.
#include "answers/answers.hpp"
#include "answers/ideogram_error.hpp"
#include "answers/texts.hpp"
#include "ideogram/handlers.hpp"
#include "ideogram/native_paths.hpp"
#include "ideogram/read_request.hpp"
#include "ideogram/shown_answer.hpp"

namespace imagined::api {

namespace {

constexpr std::string_view id_header = "Imagined-Task-Id";

// While the process drains, only a call that is under way is waited for.
bool is_under_way(const std::optional<queue::snapshot>& seen) {
    return seen
           && (seen->record.state == task::state::calling
               || seen->record.state == task::state::storing);
}

std::string reason_of(const queue::snapshot& failed) {
    const std::string& told = failed.record.fail_reason;
    if (!told.empty()) {
        return told;
    }
    const auto code = failed.record.fail_code.value_or(task::fail_code::backend_refused);
    return std::string(task::to_string(code));
}

awaitable<http::response> answer_to(context& api, const queue::snapshot& ended) {
    if (ended.record.state != task::state::success) {
        co_return ideogram_error(status_of(ended.record), reason_of(ended));
    }
    auto body = co_await answer_of(api, ended);
    if (!body) {
        co_return ideogram_error(failed(body.error(), "answer a drawing"));
    }
    co_return json_answer(200, std::move(*body));
}

// Bounded by the task's own life: the queue ends each task that nobody could start in its time.
awaitable<http::response> wait_for(context& api, const std::string& id) {
    completion_waiter::wish wish;
    wish.id = id;
    wish.fulfilled = [](const queue::snapshot& task) {
        return task::is_terminal(task.record.state);
    };
    wish.leaves = [&api](const completion_waiter::latest& seen) {
        return api.parts.ready().draining && !is_under_way(seen);
    };
    auto seen = co_await api.waiter.wait(std::move(wish));
    if (!seen) {
        co_return ideogram_error(failed(seen.error(), "wait for a drawing"));
    }
    if (*seen && task::is_terminal((*seen)->record.state)) {
        co_return co_await answer_to(api, **seen);
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
    answer.headers.set(id_header, task.id);
    if (task.replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    co_return answer;
}

} // namespace imagined::api
