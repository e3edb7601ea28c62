// How a refusal looks to Ideogram's clients: a status that tells (429, 503, 422, …), and a body
// with `error`. Ours keeps the fields of every other error beside it.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/record.hpp"

#include <string>
#include <string_view>

namespace imagined::api {

// A refusal in Ideogram's words, with Retry-After where waiting may help. Its clients read English.
http::response ideogram_error(const submit::refusal& why);

// The same of a plain text, with this status.
http::response ideogram_error(int status, std::string_view text);

// The status that tells how a task failed.
int status_of(const task::record& failed);

} // namespace imagined::api
