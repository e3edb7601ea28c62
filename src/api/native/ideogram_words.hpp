// How a refusal looks to Ideogram's clients: a status that tells (429, 503, 422, …), and a body
// with `error`. Ours keeps the fields of every other error beside it.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/task/record.hpp"

#include <string>
#include <string_view>

namespace imagined::api {

// A submit-shaped answer that is no acceptance, in Ideogram's words.
http::response in_ideograms_words(http::response answer);

// The same of a plain text, with this status, and Retry-After where waiting may help.
http::response ideogram_error(int status, std::string_view text);

// The status that tells how a task failed.
int status_of(const task::record& failed);

} // namespace imagined::api
