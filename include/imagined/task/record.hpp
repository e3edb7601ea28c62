// A task as the queue knows it at one moment: the changing half, beside its submission.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/task/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace imagined::task {

// One paid call of a task. A task may need several (one a picture); each has its own durable
// marker, written before the first byte leaves, and its own recorded answer.
struct call {
    // lost: it may have been done and billed, and its answer will not come.
    enum class state { in_flight, answered, not_started, lost };

    int index = 0; // 0, 1, 2 … in the order of their markers
    state now = state::in_flight;
    int first_picture = 1; // the pictures that this call was to bring: [first, first + count)
    int count = 1;
    std::string backend;
    std::string slot; // "<backend>:<key digest>"
    unix_millis started = 0;
    unix_millis deadline = 0;
    std::string answer; // recorded outcome as JSON text (backend::to_text); "" until answered
};

struct record {
    std::string id;
    std::string caller;
    task::state state = state::queued;
    std::string lane;  // class_of() of its request
    bool paid = false; // it stands in the queue of those that only need storing
    unix_millis submitted = 0;
    unix_millis started = 0;   // first claim; 0 until then
    unix_millis called = 0;    // first call marker; 0 until then
    unix_millis finished = 0;  // 0 until terminal
    unix_millis deadline = 0;  // no call starts after it
    std::int64_t expected = 0; // estimated milliseconds from `called` to the answer; 0 unknown
    int attempt = 0;
    std::string nonce; // of the present lease; "" without one
    std::string worker;
    int ambiguous_retries = 0;  // on_ambiguous = retry_once: how often it was used
    std::uint64_t sequence = 0; // of the last event
    std::optional<task::fail_code> fail_code;
    std::string fail_reason; // "" where a script ended the task: the code's own text is shown then
    std::string last_words;  // "<backend>: HTTP 401 …": why its last call did not start; or ""
    std::int64_t cost_micros = 0; // booked so far
    std::string billed = "no";    // yes | no | unknown
    std::vector<call> calls;
};

} // namespace imagined::task
