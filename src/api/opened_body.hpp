// The first beat of every POST handler: the body as JSON, or the answer that refuses it.
#pragma once

#include "context.hpp"
#include "json_body.hpp"

#include <optional>
#include <utility>

namespace imagined::api {

struct opened_body {
    opened_body() = default;
    opened_body(opened_body&&) = default;
    opened_body& operator=(opened_body&&) = default;
    opened_body(const opened_body&) = delete;
    opened_body& operator=(const opened_body&) = delete;

    // A large one is freed on the pool.
    ~opened_body() {
        if (large) {
            grave.bury(std::move(fields));
        }
    }

    json_body fields;
    std::optional<http::response> refused;
    bool large = false;
    offload_pool::graveyard grave;
};

// What becomes of the request's text: a large one need not lie there beside what was read from it.
enum class body_text { let_go, kept };

// Large bodies are read on the pool, so that they do not hold up the event loop.
awaitable<opened_body> open_body(context& api, call& from, body_text then = body_text::let_go);

// What tells two requests apart for an Idempotency-Key: a digest of path and body.
std::string fingerprint(const call& from);

} // namespace imagined::api
