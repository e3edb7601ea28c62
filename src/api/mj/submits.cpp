#include "mj/submits.hpp"

#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "imagined/submit/texts.hpp"
#include "mj/handlers.hpp"
#include "views/picture_address.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

using state = accepted::state;

std::string in_queue_text(std::size_t ahead, task::language in) {
    return in == task::language::zh ? fmt::format("排队中，前面还有{}个任务", ahead)
                                    : fmt::format("In queue, there are {} tasks ahead", ahead);
}

// Clients tell a modal by the English word in the description, and put finalPrompt before the user.
std::string body_of(const accepted& made, const call& from) {
    const std::string result = made.several ? json_string(made.id) : from.result_of(made.id);
    switch (made.now) {
    case state::asks:
        return submit_body(
            made.what(),
            texts::waits_for_modal.in(from.lang),
            result,
            R"({"discordInstanceId":"imagined","finalPrompt":)" + json_string(made.question)
                + R"(,"remix":true})"
        );
    case state::waits: {
        const std::size_t count = std::max<std::size_t>(made.ahead, 1);
        return submit_body(
            made.what(),
            in_queue_text(count, from.lang),
            result,
            fmt::format(R"({{"numberOfQueues":{},"discordInstanceId":"imagined"}})", count)
        );
    }
    case state::starts:
    case state::stands:
        break;
    }
    const bool new_one = made.now == state::starts && !made.several;
    return submit_body(
        made.what(),
        texts::submitted.in(from.lang),
        result,
        new_one ? instance_properties : no_properties
    );
}

http::response show(const accepted& made, const call& from) {
    http::response answer = json_answer(200, body_of(made, from));
    if (made.replayed) {
        answer.headers.set("Idempotent-Replayed", "true");
    }
    if (made.left) {
        mark_limits(answer, *made.left);
    }
    return answer;
}

} // namespace

awaitable<http::response> answer_submit(context& api, const call& from, outcome made) {
    if (const auto* task = std::get_if<accepted>(&made)) {
        co_return show(*task, from);
    }
    if (from.request.headers.has("Origin")) {
        co_await api.late.hold(from.arrived);
    }
    co_return show(std::get<refusal>(made), from.lang);
}

awaitable<http::response> carry_out_submit(context& api, call from, submit::verb* what) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return co_await answer_submit(api, from, std::move(*body.refused));
    }
    auto made = co_await what(api.submits, requester_of(from), std::move(body.fields));
    co_return co_await answer_submit(api, from, std::move(made));
}

awaitable<http::response> upload_pictures(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return co_await answer_submit(api, from, std::move(*body.refused));
    }
    auto stored = co_await submit::upload(api.submits, requester_of(from), std::move(body.fields));
    if (auto* refused = std::get_if<refusal>(&stored)) {
        co_return co_await answer_submit(api, from, std::move(*refused));
    }
    nlohmann::json addresses = nlohmann::json::array();
    for (const auto& one : std::get<std::vector<task::picture_ref>>(stored)) {
        addresses.push_back(picture_address(api.here(), one));
    }
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, addresses.dump()));
}

// Submits that exist in Midjourney's API and not in this one. They answer in its own words and
// shapes, so that a client shows a sentence and not a network error.
awaitable<http::response> refuse_video(context& api, call from) {
    co_return co_await answer_submit(api, from, refuse(submit::texts::no_video));
}

awaitable<http::response> refuse_face_swap(context& /*api*/, call from) {
    co_return show(refuse(texts::not_offered), from.lang);
}

} // namespace imagined::api
