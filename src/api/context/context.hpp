// What every handler has at hand: the parts of the program that it may talk to, and the request on
// its way. A handler is a free coroutine: read the request, ask the queue, answer.
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/submit/submit.hpp"

#include "context/running_tools.hpp"
#include "http/authentication.hpp"
#include "http/key_guesses.hpp"
#include "http/late_refusals.hpp"
#include "http/paths.hpp"
#include "http/seats.hpp"
#include "live/change_log.hpp"
#include "live/completion_waiter.hpp"
#include "live/hub.hpp"
#include "live/outlook.hpp"
#include "views/ended_views.hpp"
#include "views/shown_task.hpp"

#include <chrono>
#include <cstdint>

namespace imagined::api {

// Requests that are kept waiting for a task at a time, by `?wait=` or on Ideogram's own paths.
inline constexpr std::size_t max_held_requests = 10000;

struct context {
    context(api_options chosen, api_parts given)
        : options(std::move(chosen)),
          parts(std::move(given)),
          keys(options),
          counted(parts.tasks, parts.backends),
          hub(parts.changes, options.live.kept_for),
          waiter(
              {parts.tasks, hub, [this] { return parts.ready().draining; }}, options.live.look_again
          ),
          changes(
              {parts.tasks,
               counted,
               hub,
               [this](const queue::followed& task) { return show_change(task); }},
              options.live.kept_for
          ),
          streams(options.max_streams),
          held(max_held_requests),
          submits(options_of_submits(), parts_of_submits()) {}

    api_options options;
    api_parts parts;
    key_ring keys;
    key_guesses guesses;
    late_refusals late;
    figures counted;
    live_hub hub;
    completion_waiter waiter;
    change_log changes;
    seats streams;
    seats held;          // requests that are kept waiting
    running_tools tools; // of agents, by the Model Context Protocol
    ended_views ended;
    submit::context submits;
    std::uint64_t dropped_lines = 0; // of the log, as far as the metrics tell

    shown_at here() const { return {parts.pictures, options.public_url}; }

private:
    submit::options options_of_submits() const;      // context.cpp
    submit::context::parts parts_of_submits() const; // context.cpp

    awaitable<std::string> show_change(const queue::followed& task); // v1/look.cpp
};

// One request that was routed and authenticated.
struct call {
    http::request request;
    identity who;
    task::language lang = task::language::zh;
    bool integer_ids = false;
    std::optional<task::speed_mode> mode; // of the path
    path_values values;                   // what stands for {} in the route
    std::string body_digest;              // of a text that was let go (opened_body.hpp)
    std::chrono::steady_clock::time_point arrived;

    // A task id as this path's callers expect it in `result`: JSON text.
    std::string result_of(std::string_view id) const {
        return integer_ids ? std::string(id) : std::string("\"").append(id).append("\"");
    }
};

} // namespace imagined::api
