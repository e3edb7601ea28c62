// `imagined task list`: a line a task, newest first, and with `follow` a line a change.
#pragma once

#include "operator_commands.hpp"

#include <optional>
#include <string>

namespace imagined::app {

struct list_wish {
    std::optional<std::string> caller;      // whose: "" the operator's own; nullopt: everybody's
    std::string status;                     // as the API shows it: "SUCCESS"; "": any
    std::optional<milliseconds> since = {}; // submitted no longer ago
    bool follow = false;                    // then as they change, until the process is ended
};

// Prints by with.print, as lines come; what it reports is empty. Without `follow`, fails as the
// queue does; with it, a Redis that is away is waited for.
awaitable<result<report>> list_tasks(operator_context with, list_wish wish);

} // namespace imagined::app
