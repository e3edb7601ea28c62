// Errors as OpenAI's API tells them (upstream-specs.md §5.1): a status, and {"error": {"message",
// "type", "param", "code"}}. `code` is for programs, `param` the field that cannot be used.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"
#include "imagined/task/record.hpp"

#include <string_view>

namespace imagined::api {

struct openai_kind {
    int status = 400;
    std::string_view type;
    std::string_view code;
};

namespace openai_kinds {

inline constexpr std::string_view invalid = "invalid_request_error";
inline constexpr std::string_view server = "server_error";

inline constexpr openai_kind no_model{404, invalid, "model_not_found"};
inline constexpr openai_kind no_task{404, invalid, "not_found"};
inline constexpr openai_kind too_many{429, "rate_limit_exceeded", "rate_limit_exceeded"};
inline constexpr openai_kind unavailable{503, server, "service_unavailable"};

} // namespace openai_kinds

// `param` "" is null. Statuses 429 and 503 carry Retry-After.
http::response
openai_error(const openai_kind& kind, std::string_view message, std::string_view param = "");

// A refusal in OpenAI's words.
http::response openai_error(const submit::refusal& why, task::language in);

// How a task has failed.
openai_kind openai_kind_of(const task::record& failed);

// The packages repeat by themselves what they take for a trouble of the moment. This tells them not
// to: the task has ended, or nobody knows what became of it.
void forbid_retry(http::response& answer);

} // namespace imagined::api
