// Long polls: an answer that waits until there is something new to say, or its time is over.
#pragma once

#include "v1/look.hpp"

#include <optional>

namespace imagined::api {

// For how long the client asks to be kept waiting: `?wait=30`, else `Prefer: wait=30`, in whole
// seconds; the longest that is granted counts. nullopt when it does not ask.
std::optional<seconds> asked_wait(const http::request_head& asked);

// A place among the requests that are kept waiting, for one that asks to be.
std::variant<std::monostate, seats::seat, seats::full> take_wait(context& api, const call& from);

// What a wait is for: any new revision of the task, or its end.
enum class until { changed, ended };

// The task once it has changed, or as it stands when `from`'s wait is over; at once if it has
// ended, or if its revision is not the one that If-None-Match names.
awaitable<result<seen_task>> look_and_wait(context& api, const call& from, until what);

// Says which wait was granted.
void mark_wait(const http::request_head& asked, http::response& answer);

} // namespace imagined::api
