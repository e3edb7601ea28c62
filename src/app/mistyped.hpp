// A command that nobody knows is answered with the nearest one.
#pragma once

#include "offered.hpp"

#include <string>
#include <vector>

namespace imagined::app {

// What is wrong with the first of `words` that stands where a command is expected and is none, with
// what may have been meant: `there is no command "taks"; did you mean "task"?`. "" if all are
// commands, or none is named.
std::string mistyped_command(const offered_command& program, const std::vector<std::string>& words);

} // namespace imagined::app
