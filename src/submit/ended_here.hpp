// The record of a task that this program ends in the moment of its submit: nobody is asked and
// nobody is paid.
#pragma once

#include "imagined/submit/submit.hpp"
#include "imagined/task/record.hpp"

#include <string>

namespace imagined::submit {

task::record ended_here(const context& ctx, std::string id, const requester& from);

} // namespace imagined::submit
