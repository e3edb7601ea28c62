// Reading the one task that a request names.
#pragma once

#include "context.hpp"

#include <string>

namespace imagined::api {

// `not_found` for an id that is unknown, foreign or not an id at all: nobody learns which.
awaitable<result<queue::snapshot>> read_one(context& api, queue::scope who, std::string id);

} // namespace imagined::api
