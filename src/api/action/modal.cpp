// POST /mj/submit/modal: the answer to a code 21. The task keeps its id; the button that asked
// reads the answer.
#include "action/press.hpp"
#include "answers.hpp"
#include "handlers.hpp"
#include "opened_body.hpp"
#include "tasks/one_task.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

// What the button was pressed with counts on; the modal adds what it left open.
base_fields merged(base_fields now, const task::submission& asked) {
    if (now.state.empty()) {
        now.state = asked.state;
    }
    if (!asked.notify_hook.empty()) {
        now.hook = asked.notify_hook;
    }
    if (!now.mode) {
        now.mode = asked.mode;
    }
    if (!asked.traceparent.empty()) {
        now.traceparent = asked.traceparent;
    }
    return now;
}

// Only the queue knows whether this very request has been answered before.
awaitable<http::response>
replay(context& api, const call& from, std::string id, task::submission asked) {
    draft again;
    again.id = std::move(id);
    again.submission = std::move(asked);
    co_return co_await submit_answer(api, from, std::move(again));
}

} // namespace

awaitable<http::response> submit_modal(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    json_body& fields = body.fields;
    press pressed;
    pressed.task_id = fields.id("taskId");
    pressed.answer = modal_answer{
        std::string(trimmed(fields.text("prompt"))), std::string(trimmed(fields.text("maskBase64")))
    };
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refusal(code::bad_request, *fields.error(), from.lang);
    }
    if (pressed.task_id.empty()) {
        co_return refusal(code::bad_request, texts::no_task_id, from.lang);
    }
    const auto found = co_await read_one(api, from.who.scope(), pressed.task_id);
    if (!found) {
        co_return found.error().kind == failure_kind::not_found
            ? refusal(code::bad_request, texts::no_parent, from.lang)
            : from_failure(found.error(), "read a modal task", from.lang);
    }
    auto asked = task::submission_from_text(found->submission);
    if (!asked) {
        co_return from_failure(asked.error(), "read a modal task", from.lang);
    }
    if (found->record.state != task::state::modal) {
        co_return co_await replay(api, from, pressed.task_id, std::move(*asked));
    }
    const auto button = task::parse_custom_id(asked->pressed);
    if (auto refused = refuse_button(button, from.lang)) {
        co_return std::move(*refused);
    }
    pressed.button = *button;
    pressed.custom_id = asked->pressed;
    pressed.strong = asked->strong;
    pressed.base = merged(std::move(base), *asked);
    pressed.of = co_await read_parent(api, from, asked->parent_id);
    if (pressed.of.refused) {
        co_return std::move(*pressed.of.refused);
    }
    co_return co_await carry_out(api, from, std::move(pressed));
}

} // namespace imagined::api
