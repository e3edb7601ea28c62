// A [[dialect]] of the configuration as backend reads it.
#pragma once

#include "document.hpp"

#include "imagined/backend/dialect_description.hpp"

#include <string>
#include <string_view>

namespace imagined::config {

backend::described_dialect dialect_in(const section& described);

// Where the file says what a flaw is about: "imagined.toml:12".
std::string origin_in(const section& described, std::string_view flawed);

// The [[dialect]] of that name; null for none, or one with a flaw.
backend::shared_dialect own_dialect(const document& doc, std::string_view name);

} // namespace imagined::config
