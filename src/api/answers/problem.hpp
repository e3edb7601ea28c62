// Errors of the live API: problem documents (RFC 9457). `type` is stable and made for programs,
// `detail` is for people, in their language; `retryable` says whether the same request may succeed
// later.
#pragma once

#include "http/seats.hpp"
#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

#include <string>
#include <string_view>

namespace imagined::api {

struct problem_kind {
    std::string_view name; // of the type: urn:imagined:problem:<name>
    int status = 400;
    std::string_view title;
    bool retryable = false;
};

namespace problems {

inline constexpr problem_kind invalid_request{"invalid-request", 400, "Invalid request"};
inline constexpr problem_kind unauthorized{"unauthorized", 401, "No valid API key"};
inline constexpr problem_kind foreign_site{"foreign-site", 403, "Sent by another site"};
inline constexpr problem_kind forbidden{"forbidden", 403, "Not for this key"};
inline constexpr problem_kind operators_only{"operators-only", 403, "For the operator's key only"};
inline constexpr problem_kind no_route{"no-such-endpoint", 404, "No such endpoint"};
inline constexpr problem_kind no_task{"no-such-task", 404, "No such task"};
inline constexpr problem_kind no_channel{"no-such-channel", 404, "No such channel"};
inline constexpr problem_kind no_method{"method-not-allowed", 405, "Method not allowed"};
inline constexpr problem_kind too_slow{"request-timeout", 408, "Request timeout", true};
inline constexpr problem_kind task_ended{"task-ended", 409, "The task has ended"};
inline constexpr problem_kind task_open{"task-not-ended", 409, "The task has not ended", true};
inline constexpr problem_kind task_failed{"task-failed", 409, "The task has failed"};
inline constexpr problem_kind no_callback{"no-callback-to-repeat", 409, "No callback to repeat"};
inline constexpr problem_kind too_large{"body-too-large", 413, "Body too large"};
inline constexpr problem_kind unreadable{"unsupported-body", 415, "Body of a foreign form"};
inline constexpr problem_kind misdirected{"misdirected", 421, "Not a host of ours"};
inline constexpr problem_kind key_reused{
    "idempotency-key-reused", 422, "Idempotency-Key used with a different request"
};
inline constexpr problem_kind banned{"prompt-banned", 422, "Prompt with a banned word"};
inline constexpr problem_kind invalid_configuration{
    "invalid-configuration", 422, "The configuration cannot be used"
};
inline constexpr problem_kind not_offered{"not-offered", 422, "No backend can do this"};
inline constexpr problem_kind queue_full{"queue-full", 429, "The queue is full", true};
inline constexpr problem_kind rate_limited{"rate-limited", 429, "Too many submits", true};
inline constexpr problem_kind headers_too_large{
    "headers-too-large", 431, "Header fields too large"
};
inline constexpr problem_kind internal{"internal", 500, "Internal failure"};
inline constexpr problem_kind unavailable{"unavailable", 503, "Not available now", true};
inline constexpr problem_kind intake_paused{
    "intake-paused", 503, "No tasks are taken at the moment", true
};
inline constexpr problem_kind too_many_streams{"too-many-streams", 503, "Too many streams", true};
inline constexpr problem_kind too_many_waits{"too-many-waits", 503, "Too many waits", true};

} // namespace problems

inline constexpr std::string_view problem_type = "application/problem+json";

// Statuses 429 and 503 carry Retry-After.
http::response problem_answer(const problem_kind& kind, std::string_view detail);
http::response
problem_answer(const problem_kind& kind, const task::bilingual& detail, task::language in);

// A seat that is not to be had: `why` has a place for whose limit it is, and one for the limit.
http::response no_seat(
    const problem_kind& kind, const task::bilingual& why, const seats::full& met, task::language in
);

// A refusal as a problem document.
http::response problem_answer(const submit::refusal& why, task::language in);

} // namespace imagined::api
