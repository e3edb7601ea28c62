// What an operator asks of the queue, and how the answer reads: text for people, or JSON. Nothing
// here connects to anything; operator_session does.
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/backend/roster.hpp"
#include "imagined/queue/operating.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"

#include <functional>
#include <string>

namespace imagined::app {

struct operator_context {
    queue::reading& tasks;
    queue::submission& submission;
    queue::operating& operating;
    const backend::roster& backends;
    milliseconds task_timeout{3600000}; // of a task that is submitted again
    std::size_t queue_limit = 100000;
    bool json = false;
    api::change_feed changes = {};                      // of tasks
    std::function<void(const std::string&)> print = {}; // a line, before the report
};

struct report {
    std::string text;  // for standard output, without the last line end; "": nothing
    bool sound = true; // false: the command worked, and found something broken
};

// One task with its calls and its event history. `not_found` if there is none.
awaitable<result<report>> show_task(operator_context with, std::string id);

// Ends a task that has not ended. `conflict` if it has.
awaitable<result<report>> cancel_task(operator_context with, std::string id);

// Submits a failed task's request again, as a new task of the same caller: the failed one stays as
// it ended. What was paid for it and can still be had comes first, without another call or cost.
// `conflict` unless it ended as FAILURE; the operator thereby accepts a second charge where the
// first outcome is unknown.
awaitable<result<report>> retry_task(operator_context with, std::string id);

// Makes the last callback of an ended task due again.
awaitable<result<report>> retry_callback(operator_context with, std::string id);

// Counts, ages, slots and spend.
awaitable<result<report>> show_queue(operator_context with);

// Recounts every invariant; not sound if one is broken.
awaitable<result<report>> audit_queue(operator_context with);

} // namespace imagined::app
