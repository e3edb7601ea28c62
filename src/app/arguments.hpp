// Separates the settings on a command line (--server.listen=…) from its commands and options. Done
// before the option parser sees them: it would take a setting's value for a positional argument.
#pragma once

#include "imagined/base/failure.hpp"

#include <string>
#include <utility>
#include <vector>

namespace imagined::app {

struct arguments {
    std::vector<std::string> words;                            // what is left, in order
    std::vector<std::pair<std::string, std::string>> settings; // "server.listen" -> value
};

// --<section>.<key>=value and --<section>.<key> value. Everything behind "--" is left alone. Fails
// with `invalid` when a setting has no value.
result<arguments> separate_settings(std::vector<std::string> given);

} // namespace imagined::app
