// Whoever has the operator's key, and nobody else.
#pragma once

#include "context.hpp"

#include <optional>
#include <string>

namespace imagined::api {

inline constexpr std::string_view operators_name = "operator";

// The answer for everybody else.
std::optional<http::response> refuse_others(const call& from);

// As it stands in the list of what operators did.
std::string operator_name(const call& from);

} // namespace imagined::api
