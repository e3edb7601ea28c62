// What stands beside the file: environment variables and flags.
#pragma once

#include "document.hpp"
#include "indirection.hpp"

#include <string>
#include <utility>
#include <vector>

namespace imagined::config {

// "server.listen" -> "IMAGINED_SERVER_LISTEN".
std::string variable_of(const definition& row);

// IMAGINED_<SECTION>_<KEY>; unknown ones become warnings.
void read_environment(const environment& variables, document& into);

// --<section>.<key>=value; unknown ones are errors.
void read_flags(
    const std::vector<std::pair<std::string, std::string>>& flags,
    const environment& variables,
    document& into
);

// IDEOGRAM_API_KEY adds an official backend, unless a configured one has that key already: two
// entries would double what its limit of calls in flight allows.
void add_official_backend(const environment& variables, document& into);

} // namespace imagined::config
