// What an answer that is not a paid picture means (contract §4, "Outcome of a call"), and the words
// for it. One table for all dialects: relays pass Ideogram's statuses through or wrap them.
#pragma once

#include "imagined/backend/dialect.hpp"

#include <string>
#include <string_view>

namespace imagined::backend {

// Of any complete answer outside 2xx.
outcome judge_refusal(const http::response& response);

// It may have been done and billed. `what` is for the log ("a cut connection").
outcome unknowable(std::string_view what, std::string_view body = {});

// Surely not begun, and the key's address cannot be reached for now.
outcome unreachable(std::string detail);

// The upstream's own words in an error body: `error`, `error.message`, `message`, `detail`,
// `description`, `title`, `messages[0]`, else the text's first 200 bytes; on one line, without
// control characters, "" for an HTML page.
std::string upstream_words(std::string_view body);

} // namespace imagined::backend
