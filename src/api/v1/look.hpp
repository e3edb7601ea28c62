// Looking at one task for the live API.
#pragma once

#include "context/context.hpp"
#include "views/live_task.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace imagined::api {

struct seen_task {
    queue::followed now;
    std::optional<live_place> place; // while it waits
};

// What a task waits for, in figures.
awaitable<std::optional<live_place>> place_of(context& api, const queue::followed& task);

// `not_found` for an id that is unknown, foreign or not an id at all. `known`: events after this
// sequence are looked up, too.
awaitable<result<seen_task>> look_at(
    context& api,
    queue::scope who,
    std::string id,
    std::optional<std::uint64_t> known = {},
    task::language in = task::language::en
);

// The document with its ETag; 304 for a client that has it. `status` is used otherwise.
http::response
live_answer(context& api, const seen_task& task, const http::request& asked, int status = 200);

// A failure in the words of the live API.
http::response live_failure(const failure& cause, std::string_view doing, task::language in);

} // namespace imagined::api
