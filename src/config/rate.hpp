// How often a caller may submit: "60/m".
#pragma once

#include "imagined/queue/operating.hpp"

#include <optional>
#include <string_view>

namespace imagined::config {

// A number and a unit of time, s, m, h or d: "5/s". nullopt for anything else.
std::optional<queue::rate_limit> parse_rate(std::string_view text);

} // namespace imagined::config
