// Reads what Ideogram's answer to a task is put together from: its calls, and which of its pictures
// are in the store.
#pragma once

#include "context/context.hpp"
#include "ideogram/ideogram_answer.hpp"

#include <string>

namespace imagined::api {

// "null" unless the task has succeeded with a call of its own.
awaitable<result<std::string>> answer_of(context& api, const queue::snapshot& task);

} // namespace imagined::api
