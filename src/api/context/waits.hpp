// What open tasks wait for, looked up when they are shown: from figures that are at most a second
// old, however many ask.
#pragma once

#include "context/context.hpp"

#include <string>
#include <vector>

namespace imagined::api {

awaitable<> note_waits(context& api, std::vector<queue::snapshot>& tasks, task::language in);
awaitable<> note_wait(context& api, queue::snapshot& task, task::language in);

// What an operator would want to know of backends, keys and money, one sentence each.
awaitable<std::vector<std::string>> current_troubles(context& api);

} // namespace imagined::api
