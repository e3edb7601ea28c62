// The first beat of every POST handler: the body as JSON, or why there is none.
#pragma once

#include "context/context.hpp"
#include "imagined/submit/json_body.hpp"
#include "imagined/submit/submit.hpp"

#include <optional>

namespace imagined::api {

using submit::json_body;

struct opened_body {
    json_body fields;
    std::optional<submit::refusal> refused;
};

// Large bodies are read on the pool, so that they do not hold up the event loop; their text is let
// go, since it need not lie there beside what was read from it.
awaitable<opened_body> open_body(context& api, call& from);

// Who submits, and what the head of the request says of it. To be called once the body is open.
submit::requester requester_of(const call& from);

} // namespace imagined::api
