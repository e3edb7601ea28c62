// The shapes of answers. Everything that is not a picture or a plain text is compact JSON, because
// relays rewrite `"code":22` by text replacement (mj-api.md §1); errors look like submits.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"
#include "imagined/task/bilingual.hpp"
#include "seats.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace imagined::api {

// `code` of a submit-shaped body (mj-api.md §4).
enum class code {
    accepted = 1,
    no_capability = 3,
    bad_request = 4,
    failed = 9,
    modal = 21,
    in_queue = 22,
    queue_full = 23,
    banned = 24
};

inline constexpr std::string_view json_type = "application/json; charset=utf-8";
inline constexpr std::string_view no_properties = "{}";

// `text` as a JSON string, quotes included. Bytes that are not UTF-8 are replaced.
std::string json_string(std::string_view text);

http::response json_answer(int status, std::string body);

// A submit-shaped body. `result` and `properties` are JSON texts.
std::string submit_body(
    code what,
    std::string_view description,
    std::string_view result,
    std::string_view properties = no_properties
);

// "No" with HTTP 200: the request was understood and is refused.
http::response refusal(
    code what,
    const task::bilingual& why,
    task::language in,
    std::string_view properties = no_properties
);

// Whether a submit's answer tells of a task: code 1, 21 or 22.
bool tells_of_a_task(const http::response& answer);

// Code 23 while an operator has paused intake: the protocol's word for "not now". What tells it
// from a full queue stands in its properties, for who wants to know.
http::response intake_paused(task::language in);
bool says_intake_paused(const nlohmann::json& body);

// Code 23 while a caller's rate is used up; `properties.rate` tells it from a full queue.
http::response rate_limited(std::string_view rate, milliseconds retry_after, task::language in);
bool says_rate_limited(const nlohmann::json& body);

// An HTTP error with the submit-shaped body and `message`; code 4 below 500, 9 from 500.
http::response problem(int status, const task::bilingual& why, task::language in);

// What an infrastructure failure looks like from outside: its kind decides the status, its detail
// goes to the log under `doing` and nowhere else.
http::response from_failure(const failure& cause, std::string_view doing, task::language in);

// Why there is no seat: `why` has a place for whose limit was met, and one for the limit.
std::string seat_text(const task::bilingual& why, const seats::full& met, task::language in);

// 503 with Retry-After.
http::response try_later(const task::bilingual& why, int seconds, task::language in);

} // namespace imagined::api
