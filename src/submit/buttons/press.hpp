// A pressed button on its way to a task. Every family of buttons has a function of the shape
// press_handler, in a file of its own; press.cpp's table says which. A family that needs to know
// more first makes a modal task (ask); when POST /mj/submit/modal brings the answer, the same
// function runs again with `answer` filled, for that same task.
#pragma once

#include "enqueue.hpp"
#include "imagined/task/buttons.hpp"
#include "imagined/task/follow_up.hpp"
#include "parent.hpp"

#include <optional>
#include <string>

namespace imagined::submit {

// What a modal's user sent.
struct modal_answer {
    std::string prompt; // trimmed; "" leaves the parent's
    std::string mask;   // base64 text
};

struct button_wish {
    task::button_press button;
    std::string custom_id; // "" for the older spellings, which have none
    bool strong = false;   // a V that varies more than usual
    parent of;             // a success that the caller may see
    base_fields base;
    std::optional<modal_answer> answer;
    std::string task_id; // with an answer: the task that waited for it
};

using press_handler =
    awaitable<outcome> (*)(context& ctx, const requester& from, button_wish pressed);

// Whether the button is known, before anything is read; the refusal otherwise.
std::optional<refusal> refuse_button(const std::optional<task::button_press>& button);

// Checks that the parent allows it, and calls its family.
awaitable<outcome> carry_out(context& ctx, const requester& from, button_wish pressed);

// -- What the families share ----------------------------------------------------------------------

// The beginning of the new task's submission: the parent's prompt, request and notes.
task::submission
begin_press(context& ctx, const requester& from, const button_wish& pressed, task::action);

// Takes a follow_up's request and notes over, and the mode that this request names.
void adopt(context& ctx, const button_wish& pressed, task::follow_up next, task::submission& made);

// The modal's own prompt, where it brought one, in the place of the parent's: the whole grammar,
// banned words included. The refusal, if it must be refused.
std::optional<refusal>
reword(const context& ctx, const button_wish& pressed, task::submission& made);

// Makes the modal task: code 21. What the modal is filled with is the prompt, unless it is given.
awaitable<outcome>
ask(context& ctx,
    const requester& from,
    const button_wish& pressed,
    task::submission made,
    std::string filled_with = "");

// Submits the task, or answers its modal. `id` is "" or a reserved one under which its pictures are
// stored: the new task's. A modal's pictures have an id of their own, so that of two answers at
// once the refused one spoils nothing of the other's.
awaitable<outcome> conclude(
    context& ctx,
    const requester& from,
    const button_wish& pressed,
    task::submission made,
    std::string id
);

// What the store says of the parent's picture that was meant.
awaitable<result<store::stored_picture>> find_meant(context& ctx, const button_wish& pressed);

// A parent's picture that is not there, or is none, is a bad index; all else is our trouble.
refusal no_source(const failure& cause);

task::capability capability_of(const context& ctx);

// -- The families ---------------------------------------------------------------------------------

awaitable<outcome> press_pick(context& ctx, const requester& from, button_wish pressed); // pick.cpp
awaitable<outcome> press_vary(context& ctx, const requester& from, button_wish pressed); // draw.cpp
awaitable<outcome>
press_reroll(context& ctx, const requester& from, button_wish pressed); // draw.cpp
awaitable<outcome>
press_enlarge(context& ctx, const requester& from, button_wish pressed); // draw.cpp
awaitable<outcome>
press_region(context& ctx, const requester& from, button_wish pressed); // region.cpp
awaitable<outcome>
press_zoom(context& ctx, const requester& from, button_wish pressed); // outpaint.cpp
awaitable<outcome>
press_custom(context& ctx, const requester& from, button_wish pressed); // outpaint.cpp
awaitable<outcome>
press_pan(context& ctx, const requester& from, button_wish pressed); // outpaint.cpp
awaitable<outcome>
press_square(context& ctx, const requester& from, button_wish pressed); // outpaint.cpp
awaitable<outcome>
press_bookmark(context& ctx, const requester& from, button_wish pressed); // press.cpp
awaitable<outcome>
press_text(context& ctx, const requester& from, button_wish pressed); // texts.cpp
awaitable<outcome>
press_all_texts(context& ctx, const requester& from, button_wish pressed); // texts.cpp
awaitable<outcome>
press_describe_again(context& ctx, const requester& from, button_wish pressed); // texts.cpp

} // namespace imagined::submit
