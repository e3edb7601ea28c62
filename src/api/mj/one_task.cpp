#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/waits.hpp"
#include "http/byte_range.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/task/submission.hpp"
#include "mj/handlers.hpp"
#include "views/fresh_end.hpp"
#include "views/shown_task.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace imagined::api {

namespace {

bool is_seed(const nlohmann::json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto& digits = value.get_ref<const std::string&>();
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
        return c >= '0' && c <= '9';
    });
}

shown_view tagged(std::string text) {
    auto etag = fmt::format("W/\"{:016x}\"", std::hash<std::string_view>{}(text));
    return {std::make_shared<const std::string>(std::move(text)), std::move(etag)};
}

// Pollers ask for the same text again and again; most of the time it has not changed.
http::response shown(const shown_view& view, const http::request& asked) {
    const bool known = names_etag(asked.headers.get("If-None-Match"), view.etag);
    http::response answer = json_answer(known ? 304 : 200, "");
    if (!known) {
        answer.body = view.text;
    }
    answer.headers.add("ETag", view.etag);
    answer.headers.add("Cache-Control", "private, no-cache");
    return answer;
}

// Ids are pasted with spaces; and where one press made several tasks, clients ask for all of their
// ids between commas and show the first.
std::string first_id(std::string_view asked) {
    constexpr std::string_view space = " \t\r\n";
    asked = asked.substr(0, asked.find(','));
    asked.remove_prefix(std::min(asked.find_first_not_of(space), asked.size()));
    return std::string(asked.substr(0, asked.find_last_not_of(space) + 1));
}

} // namespace

awaitable<http::response> fetch_task(context& api, call from) {
    const auto now = std::chrono::steady_clock::now();
    const std::string id = first_id(from.values[0]);
    if (const auto* held = api.ended.find(from.who.scope(), id, now)) {
        co_return shown(*held, from.request);
    }
    auto found = co_await submit::read_one(api.parts.tasks, from.who.scope(), id);
    if (!found) {
        co_return show(failed(found.error(), "fetch a task"), from.lang);
    }
    if (auto early = view_before_end(*found, api.parts.tasks.now())) {
        http::response answer = json_answer(200, std::move(*early));
        answer.headers.add("Cache-Control", "no-cache");
        co_return answer;
    }
    co_await note_wait(api, *found, from.lang);
    auto text = task_json(*found, api.here(), api.parts.tasks.now());
    if (!text) {
        co_return show(failed(text.error(), "show a task"), from.lang);
    }
    const shown_view view = tagged(std::move(*text));
    if (task::is_terminal(found->record.state)) {
        // From before the question: what was read is at least as new as that.
        api.ended.keep(id, found->record.caller, view, now);
    }
    co_return shown(view, from.request);
}

awaitable<http::response> cancel_task(context& api, call from) {
    const std::string id = from.values[0];
    const auto found = co_await submit::read_one(api.parts.tasks, from.who.scope(), id);
    if (!found) {
        co_return show(failed(found.error(), "cancel a task"), from.lang);
    }
    // The reason stands in the task, so it speaks the language that its submit spoke.
    const auto submitted = task::submission_from_text(found->submission);
    const auto in = submitted ? submitted->lang : from.lang;
    auto ended =
        co_await api.parts.submission.cancel(from.who.scope(), id, texts::cancelled_reason.in(in));
    if (ended) {
        const std::string& done = texts::succeeded.in(from.lang);
        co_return json_answer(200, submit_body(code::accepted, done, from.result_of(id)));
    }
    if (ended.error().kind == failure_kind::conflict) {
        co_return show(refuse(texts::task_ended), from.lang);
    }
    co_return show(failed(ended.error(), "cancel a task"), from.lang);
}

awaitable<http::response> show_image_seed(context& api, call from) {
    const auto found = co_await submit::read_one(api.parts.tasks, from.who.scope(), from.values[0]);
    if (!found) {
        co_return show(failed(found.error(), "read a seed"), from.lang);
    }
    const auto view = nlohmann::json::parse(found->view, nullptr, false);
    const auto seed = view.is_object() ? view.find("seed") : view.end();
    if (!view.is_object() || seed == view.end() || !is_seed(*seed)) {
        co_return show(refuse(texts::no_seed), from.lang);
    }
    const std::string& done = texts::succeeded.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, seed->dump()));
}

} // namespace imagined::api
