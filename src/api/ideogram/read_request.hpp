// Requests in Ideogram's words, read for both fronts that take them: they differ in what they make
// of the outcome.
#pragma once

#include "context/context.hpp"

#include "imagined/backend/native_request.hpp"

namespace imagined::api {

// Reads what `from` asks for and has it carried out. The body of `from` is used up.
awaitable<submit::outcome>
submit_native_request(context& api, call& from, backend::native_question asked);

} // namespace imagined::api
