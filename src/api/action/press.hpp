// A pressed button on its way to a task. Every family of buttons has a function of the shape
// press_handler, in a file of its own; press.cpp's table says which. A family that needs to know
// more first makes a modal task (ask); when POST /mj/submit/modal brings the answer, the same
// function runs again with `answer` filled, for that same task.
#pragma once

#include "imagined/task/buttons.hpp"
#include "imagined/task/follow_up.hpp"
#include "submit/parent.hpp"
#include "submit/submitting.hpp"

#include <optional>
#include <string>

namespace imagined::api {

// What a modal's user sent.
struct modal_answer {
    std::string prompt; // trimmed; "" leaves the parent's
    std::string mask;   // base64 text
};

struct press {
    task::button_press button;
    std::string custom_id; // "" for the older spellings, which have none
    bool strong = false;   // a V that varies more than usual
    parent of;             // a success that the caller may see
    base_fields base;
    std::optional<modal_answer> answer;
    std::string task_id; // with an answer: the task that waited for it
};

using press_handler = awaitable<http::response> (*)(context& api, const call& from, press pressed);

// Whether the button is known, before anything is read; the refusal otherwise.
std::optional<http::response>
refuse_button(const std::optional<task::button_press>& button, task::language in);

// Checks that the parent allows it, and calls its family.
awaitable<http::response> carry_out(context& api, const call& from, press pressed);

// -- What the families share ----------------------------------------------------------------------

// The beginning of the new task's submission: the parent's prompt, request and notes.
task::submission begin_press(context& api, const call& from, const press& pressed, task::action);

// Takes a follow_up's request and notes over, and the mode that this request names.
void adopt(context& api, const press& pressed, task::follow_up next, task::submission& made);

// The modal's own prompt, where it brought one, in the place of the parent's: the whole grammar,
// banned words included. The refusal, if it must be refused.
std::optional<http::response>
reword(const context& api, const call& from, const press& pressed, task::submission& made);

// Makes the modal task: code 21. What the modal is filled with is the prompt, unless it is given.
awaitable<http::response>
ask(context& api,
    const call& from,
    const press& pressed,
    task::submission made,
    std::string filled_with = "");

// Submits the task, or answers its modal. `id` is "" or a reserved one under which its pictures are
// stored: the new task's. A modal's pictures have an id of their own, so that of two answers at
// once the refused one spoils nothing of the other's.
awaitable<http::response> conclude(
    context& api, const call& from, const press& pressed, task::submission made, std::string id
);

// What the store says of the parent's picture that was meant.
awaitable<result<store::stored_picture>> find_meant(context& api, const press& pressed);

http::response no_capability(task::language in);
// A parent's picture that is not there, or is none, is a bad index; all else is our trouble.
http::response no_source(const failure& cause, task::language in);

task::capability capability_of(const context& api);

// -- The families ---------------------------------------------------------------------------------

awaitable<http::response> press_pick(context& api, const call& from, press pressed);    // pick.cpp
awaitable<http::response> press_vary(context& api, const call& from, press pressed);    // draw.cpp
awaitable<http::response> press_reroll(context& api, const call& from, press pressed);  // draw.cpp
awaitable<http::response> press_enlarge(context& api, const call& from, press pressed); // draw.cpp
awaitable<http::response> press_region(context& api, const call& from, press pressed); // region.cpp
awaitable<http::response> press_zoom(context& api, const call& from, press pressed); // outpaint.cpp
awaitable<http::response>
press_custom(context& api, const call& from, press pressed);                        // outpaint.cpp
awaitable<http::response> press_pan(context& api, const call& from, press pressed); // outpaint.cpp
awaitable<http::response>
press_square(context& api, const call& from, press pressed); // outpaint.cpp
awaitable<http::response>
press_bookmark(context& api, const call& from, press pressed);                       // press.cpp
awaitable<http::response> press_text(context& api, const call& from, press pressed); // texts.cpp
awaitable<http::response>
press_all_texts(context& api, const call& from, press pressed); // texts.cpp
awaitable<http::response>
press_describe_again(context& api, const call& from, press pressed); // texts.cpp

} // namespace imagined::api
