// The configuration file.
#pragma once

#include "document.hpp"
#include "indirection.hpp"

#include <filesystem>

namespace imagined::config {

// Reads `file` into `into`; what is wrong is noted there with its line. False if it cannot be read
// at all, or is no TOML.
bool read_toml(const std::filesystem::path& file, const environment& variables, document& into);

} // namespace imagined::config
