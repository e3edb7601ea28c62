// The first beat of every POST handler: the body as JSON, or the answer that refuses it.
#pragma once

#include "context.hpp"
#include "json_body.hpp"

#include <optional>

namespace imagined::api {

struct opened_body {
    json_body fields;
    std::optional<http::response> refused;
};

// Bodies with pictures in them are read on the pool, so that they do not hold up the event loop.
// The request's text stays as it is.
awaitable<opened_body> open_body(context& api, const call& from);

// What tells two requests apart for an Idempotency-Key: a digest of path and body.
awaitable<result<std::string>> fingerprint(context& api, const call& from);

} // namespace imagined::api
