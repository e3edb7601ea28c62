// The shapes of answers. Everything that is not a picture or a plain text is compact JSON, because
// relays rewrite `"code":22` by text replacement (mj-api.md §1); errors look like submits.
#pragma once

#include "http/seats.hpp"
#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

#include <string>
#include <string_view>

namespace imagined::api {

using submit::accepted;
using submit::code;
using submit::failed;
using submit::outcome;
using submit::refusal;
using submit::refuse;
using submit::refuse_for_now;
using submit::refuse_with_status;

inline constexpr std::string_view json_type = "application/json; charset=utf-8";
inline constexpr std::string_view no_properties = "{}";
// There is one account behind this API: the program itself.
inline constexpr std::string_view instance_properties = R"({"discordInstanceId":"imagined"})";

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

// A refusal in Midjourney's words: "no" with HTTP 200 where the request was understood, else an
// HTTP error with `message` beside the other fields.
http::response show(const refusal& why, task::language in);

// The `properties` of a refusal, as JSON text.
std::string properties_of(const refusal& why);

// The headers that a refusal has in every front's words: Retry-After, where it is known, and what
// is left of limits.
void mark_refusal(http::response& answer, const refusal& why);

// In the form of the RateLimit draft of the IETF.
void mark_limits(http::response& answer, const submit::limits& left);

// Why there is no seat: `why` has a place for whose limit was met, and one for the limit.
std::string seat_text(const task::bilingual& why, const seats::full& met, task::language in);

} // namespace imagined::api
