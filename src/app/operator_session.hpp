// Connects to the configured Redis for the length of one operator command.
#pragma once

#include "operator_commands.hpp"

#include "imagined/config/settings.hpp"

#include <functional>

namespace imagined::app {

using operator_command = std::function<awaitable<result<report>>(operator_context)>;

// Runs `command`, prints what it reports, and returns the exit code.
int run_operator_command(
    const config::settings& settings, bool json, const operator_command& command
);

} // namespace imagined::app
