// POST /mj/submit/modal: the answer to a code 21. The task keeps its id; the button that asked
// reads the answer.
#include "buttons/press.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"

namespace imagined::submit {

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
awaitable<outcome>
replay(context& ctx, const requester& from, std::string id, task::submission asked) {
    draft again;
    again.id = std::move(id);
    again.submission = std::move(asked);
    co_return co_await enqueue_answer(ctx, from, std::move(again));
}

} // namespace

awaitable<outcome> answer_modal(context& ctx, requester from, json_body fields) {
    button_wish pressed;
    pressed.task_id = fields.id("taskId");
    pressed.answer = modal_answer{
        std::string(trimmed(fields.text("prompt"))), std::string(trimmed(fields.text("maskBase64")))
    };
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (pressed.task_id.empty()) {
        co_return refuse(texts::no_task_id);
    }
    const auto found = co_await read_one(ctx.tasks, from.who, pressed.task_id);
    if (!found) {
        co_return found.error().kind == failure_kind::not_found
            ? refuse(texts::no_parent)
            : failed(found.error(), "read a modal task");
    }
    auto asked = task::submission_from_text(found->submission);
    if (!asked) {
        co_return failed(asked.error(), "read a modal task");
    }
    if (found->record.state != task::state::modal) {
        co_return co_await replay(ctx, from, pressed.task_id, std::move(*asked));
    }
    const auto button = task::parse_custom_id(asked->pressed);
    if (auto refused = refuse_button(button)) {
        co_return std::move(*refused);
    }
    pressed.button = *button;
    pressed.custom_id = asked->pressed;
    pressed.strong = asked->strong;
    pressed.base = merged(std::move(base), *asked);
    pressed.of = co_await read_parent(ctx, from, asked->parent_id);
    if (pressed.of.refused) {
        co_return std::move(*pressed.of.refused);
    }
    co_return co_await carry_out(ctx, from, std::move(pressed));
}

} // namespace imagined::submit
