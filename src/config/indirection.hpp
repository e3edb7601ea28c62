// Values that stand elsewhere: "env:NAME" and "file:PATH". One level only: what is found there is
// taken as it is.
#pragma once

#include "imagined/base/failure.hpp"

#include <map>
#include <string>
#include <string_view>

namespace imagined::config {

using environment = std::map<std::string, std::string>;

bool is_indirect(std::string_view text);

// The text itself, or what the variable or file holds (a file without its trailing white space).
// Fails with `not_found`; the failure tells what is missing and never what was found. The name is
// left out where it may be a secret that somebody wrote in the wrong place.
result<std::string> resolve(std::string_view text, const environment& variables);

// A whole file, at most 1 MiB. Fails with `not_found` and the reason.
result<std::string> read_small_file(const std::string& path);

} // namespace imagined::config
