// Until when something holds: "2027-01-01".
#pragma once

#include "imagined/base/clock.hpp"

#include <optional>
#include <string_view>

namespace imagined::config {

// The first moment at which it holds no more: of a date the end of that day in UTC, of RFC 3339
// ("2027-01-01T12:00:00+08:00", with or without a fraction) that moment. nullopt for anything else,
// days that no calendar has included.
std::optional<unix_millis> parse_end(std::string_view text);

} // namespace imagined::config
