// POST /v1/tasks: every submit of the Midjourney API behind one path, told apart by `kind`. The
// same handlers read the same fields, so a task is the same task whichever path made it.
#include "answers.hpp"
#include "handlers.hpp"
#include "live/look.hpp"
#include "live/problem.hpp"
#include "opened_body.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

struct submit_kind {
    std::string_view name;
    awaitable<http::response> (*handle)(context& api, call from);
};

constexpr std::array kinds{
    submit_kind{"imagine", submit_imagine},
    submit_kind{"describe", submit_describe},
    submit_kind{"blend", submit_blend},
    submit_kind{"shorten", submit_shorten},
    submit_kind{"edit", submit_edit},
    submit_kind{"retexture", submit_retexture},
    submit_kind{"change", submit_change},
    submit_kind{"press", submit_action},
    submit_kind{"answer", submit_modal},
};

const task::bilingual& unknown_kind() {
    static const task::bilingual text = [] {
        std::string names;
        for (const auto& one : kinds) {
            names.append(names.empty() ? "" : ", ").append(one.name);
        }
        return task::bilingual{"kind参数错误: " + names, "kind: expected one of " + names};
    }();
    return text;
}

// The id in a submit's answer.
std::string placed_id(const http::response& placed) {
    const auto body = nlohmann::json::parse(placed.text(), nullptr, false);
    return body.is_object() && body.value("result", nlohmann::json()).is_string()
               ? body["result"].get<std::string>()
               : "";
}

// The task exists whether or not it can be shown now: then only its addresses are.
awaitable<http::response>
created(context& api, queue::scope who, const http::response& placed, std::string id) {
    const int status = placed.headers.has("Idempotent-Replayed") ? 200 : 201;
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
    for (const char* name : {"Idempotent-Replayed", "RateLimit", "RateLimit-Policy"}) {
        if (placed.headers.has(name)) {
            answer.headers.set(name, placed.headers.get(name));
        }
    }
    co_return answer;
}

} // namespace

awaitable<http::response> create_live_task(context& api, call from) {
    opened_body body = co_await open_body(api, from, body_text::kept);
    if (body.refused) {
        co_return in_problem_words(std::move(*body.refused));
    }
    const std::string wanted = body.fields.has("kind") ? body.fields.text("kind") : "imagine";
    const auto* kind = std::find_if(kinds.begin(), kinds.end(), [&](const submit_kind& one) {
        return one.name == wanted;
    });
    if (body.fields.error() || kind == kinds.end()) {
        co_return problem_answer(problems::invalid_request, unknown_kind(), from.lang);
    }
    {
        const opened_body read = std::move(body);
    } // the handler reads the text anew
    const queue::scope who = from.who.scope();
    http::response placed = co_await kind->handle(api, std::move(from));
    const std::string id = placed_id(placed);
    if (id.empty()) {
        co_return in_problem_words(std::move(placed));
    }
    co_return co_await created(api, who, placed, id);
}

} // namespace imagined::api
