// What all submits have in common: the fields that every body may carry, and the last step, in
// which the queue decides and the answer is one of Midjourney's codes.
#pragma once

#include "context.hpp"
#include "imagined/task/submission.hpp"
#include "json_body.hpp"
#include "loose_text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::api {

inline constexpr std::size_t max_state_characters = 2000;
inline constexpr std::size_t max_idempotency_key_bytes = 255;

struct base_fields {
    std::string state;
    std::string hook; // judged; callback.default_url when the body names none
    task::bot bot_type = task::bot::mid_journey;
    std::optional<task::speed_mode> mode; // path over mode/model over accountFilter.modes
    std::string traceparent;              // "" unless the request has exactly one, and it is valid
    bool remix = false; // accountFilter.remix or enableRemix: buttons ask for a prompt first
    std::vector<std::string> notes; // what was changed in reading the body
};

// Errors are remembered in `fields`.
base_fields read_base(context& api, const call& from, json_body& fields);

// Appends what is to be told of `made` beside its result.
void add_notes(task::submission& made, std::vector<std::string> more);

// A submission with what the base fields and the caller decide filled in.
task::submission begin_submission(context& api, const call& from, base_fields base);

struct draft {
    task::submission submission;
    std::string id;         // reserved, or "" to have one drawn
    std::string ended_view; // not "": a success at once
    bool modal = false;     // waits for POST /mj/submit/modal, and is answered with code 21
    std::string question;   // what the modal is filled with; "": the submission's prompt
    std::string event = "submitted";
    int part = 0; // of the tasks that one request makes: each has its own Idempotency-Key
    std::string fingerprint; // what the Idempotency-Key compares; "": path and body as they came
};

// Hands the task to the queue. The caller's Idempotency-Key counts for every submit. Afterwards
// either a task exists and the answer names it, or none does and the answer says why.
awaitable<http::response> submit(context& api, const call& from, draft made);

// The same for the answer of a modal: the task `made.id`, which waits for it, gets its submission
// and a place in the queue.
awaitable<http::response> submit_answer(context& api, const call& from, draft made);

// True if some backend serves it now or later; a busy one counts.
bool is_served(const context& api, const task::render_request& request);

} // namespace imagined::api
