// Whoever has the operator's key, and nobody else.
#pragma once

#include "context/context.hpp"

#include <optional>

namespace imagined::api {

// Who did it, in the list of what operators did: their keys have no names.
inline constexpr const char* operators_name = "operator";

// The answer for everybody else.
std::optional<http::response> refuse_others(const call& from);

} // namespace imagined::api
