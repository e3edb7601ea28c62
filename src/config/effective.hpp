// The configuration as it came out, for people: valid TOML with every secret masked.
#pragma once

#include "document.hpp"

#include <string>
#include <vector>

namespace imagined::config {

std::string effective_toml(const document& doc);

// Every secret text in the document.
std::vector<std::string> secrets_of(const document& doc);

// "redis://user:***@host/0"; a URL without userinfo as it is.
std::string mask_url(std::string_view url);

} // namespace imagined::config
