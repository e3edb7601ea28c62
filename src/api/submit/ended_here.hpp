// The record of a task that this program ends in the moment of its submit: nobody is asked and
// nobody is paid.
#pragma once

#include "context.hpp"
#include "imagined/task/record.hpp"

#include <string>

namespace imagined::api {

task::record ended_here(const context& api, std::string id, const call& from);

} // namespace imagined::api
