// Errors before a message of JSON-RPC was read: what every route may say, in its shape.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

namespace imagined::api {

http::response rpc_error(const submit::refusal& why, task::language in);

} // namespace imagined::api
