// W3C Trace Context, as far as we take part in it: the trace that a submit names goes with the task
// to the backend's calls and to the callbacks, and its id stands on every log line about the task.
// We record no spans ourselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined::task {

struct trace {
    std::string id;     // 32 hex digits
    std::string parent; // the caller's span, 16 hex digits; "" when the trace is our own
    std::string flags;  // 2 hex digits

    friend bool operator==(const trace&, const trace&) = default;
};

// The trace that a `traceparent` header names; nullopt for anything that the recommendation does
// not call valid. Of a later version only what version 00 has is read.
std::optional<trace> parse_traceparent(std::string_view header);

// The header that carries the trace on, from the span `span`.
std::string to_traceparent(const trace& through, std::string_view span);

// The trace of a task: the one that its submit named, else one that follows from its id, so that
// every process knows it and nothing has to be kept.
trace trace_of(std::string_view traceparent, std::string_view task_id);

// A span id: 16 random hex digits, never all zero.
std::string new_span();

} // namespace imagined::task
