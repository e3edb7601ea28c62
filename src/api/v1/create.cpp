// POST /v1/tasks: every submit of the Midjourney API behind one path, told apart by `kind`, with
// the same fields, so a task is the same task whichever path made it.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "context/opened_body.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"
#include "v1/submit_kinds.hpp"

namespace imagined::api {

namespace {

// The task exists whether or not it can be shown now: then only its addresses are.
awaitable<http::response> created(context& api, queue::scope who, const accepted& made) {
    const std::string& id = made.id;
    const int status = made.replayed ? 200 : 201;
    const auto seen = co_await look_at(api, std::move(who), id);
    http::response answer;
    if (seen) {
        answer = live_answer(api, *seen, http::request{}, status);
    }
    if (!seen || answer.status != status) {
        const std::string urls = live_urls(api.options.public_url, id);
        answer = json_answer(status, R"({"id":")" + id + R"(","urls":)" + urls + "}");
    }
    answer.headers.set("Location", live_url(api.options.public_url, id));
    if (made.replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    if (made.left) {
        mark_limits(answer, *made.left);
    }
    co_return answer;
}

} // namespace

awaitable<http::response> create_live_task(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return problem_answer(*body.refused, from.lang);
    }
    auto* verb = read_kind(body.fields);
    if (verb == nullptr) {
        co_return problem_answer(problems::invalid_request, unknown_kind(), from.lang);
    }
    const auto made = co_await verb(api.submits, requester_of(from), std::move(body.fields));
    if (const auto* refused = std::get_if<refusal>(&made)) {
        co_return problem_answer(*refused, from.lang);
    }
    co_return co_await created(api, from.who.scope(), std::get<accepted>(made));
}

} // namespace imagined::api
