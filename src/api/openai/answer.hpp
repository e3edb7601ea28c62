// What OpenAI's clients are answered of a task: its pictures at the end, or how far it is.
#pragma once

#include "context/context.hpp"
#include "imagined/task/submission.hpp"

namespace imagined::api {

// To a request that was held: the pictures, as events where it asked for a stream, or why there are
// none. `ended` is a task that has ended.
awaitable<http::response>
answer_pictures(context& api, const queue::snapshot& ended, bool as_events, task::language in);

// To a poll: where it stands, with the pictures once they are there.
awaitable<http::response> answer_poll(context& api, const queue::snapshot& task, task::language in);

// To a request that is not held, of a task that may have ended already.
http::response answer_with_id(const context& api, const queue::snapshot& task);

} // namespace imagined::api
