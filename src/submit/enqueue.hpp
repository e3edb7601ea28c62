// What all submits have in common: the fields that every body may carry, and the last step, in
// which the queue decides.
#pragma once

#include "imagined/submit/json_body.hpp"
#include "imagined/submit/loose_text.hpp"
#include "imagined/submit/submit.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/submission.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace imagined::submit {

inline constexpr std::size_t max_state_characters = 2000;
inline constexpr std::size_t max_idempotency_key_bytes = 255;

struct base_fields {
    std::string state;
    std::string hook; // judged; callback.default_url when the body names none
    task::bot bot_type = task::bot::mid_journey;
    std::optional<task::speed_mode> mode; // path over mode/model over accountFilter.modes
    std::string traceparent;
    bool remix = false; // accountFilter.remix or enableRemix: buttons ask for a prompt first
    std::vector<std::string> notes; // what was changed in reading the body
};

// Errors are remembered in `fields`.
base_fields read_base(context& ctx, const requester& from, json_body& fields);

// The same of a request that has no more of these fields than a hook and a state.
std::variant<base_fields, refusal>
base_of(const context& ctx, const requester& from, std::string hook, std::string state);

// Appends what is to be told of `made` beside its result.
void add_notes(task::submission& made, std::vector<std::string> more);

// A submission with what the base fields and the caller decide filled in.
task::submission begin_submission(context& ctx, const requester& from, base_fields base);

struct draft {
    task::submission submission;
    std::string id;         // reserved, or "" to have one drawn
    std::string ended_view; // not "": a success at once
    bool modal = false;     // waits for an answer before it may be drawn
    std::string question;   // what the form is filled with; "": the submission's prompt
    task::happening event{task::event_kind::submitted};
    int part = 0; // of the tasks that one request makes: each has its own Idempotency-Key
};

// Hands the task to the queue. The caller's Idempotency-Key counts for every submit. Afterwards
// either a task exists, or its stored pictures are gone again: unless it is not known whether it
// exists.
awaitable<outcome> enqueue(context& ctx, const requester& from, draft made);

// The same for the answer of a modal: the task `made.id`, which waits for it, gets its submission
// and a place in the queue.
awaitable<outcome> enqueue_answer(context& ctx, const requester& from, draft made);

// True if some backend serves it now or later; a busy one counts.
bool is_served(const context& ctx, const task::render_request& request);

} // namespace imagined::submit
