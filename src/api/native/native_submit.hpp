// A request in Ideogram's words becomes a task: read, judged, its pictures stored, queued. Both
// fronts do this alike; they differ in what they make of the answer.
#pragma once

#include "context.hpp"

#include "imagined/backend/native_request.hpp"

namespace imagined::api {

// The submit-shaped answer. The body of `from` is used up.
awaitable<http::response> place_native(context& api, call& from, backend::native_question asked);

} // namespace imagined::api
