// Retry-After as receivers write it: seconds, or a date (RFC 9110 §10.2.3).
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"

#include <optional>
#include <string_view>

namespace imagined::callback {

// How long to wait, at `now`. A date that has passed is zero; nullopt for anything else that is not
// a number of seconds or an IMF-fixdate. Capped at max_retry_after.
std::optional<milliseconds> parse_retry_after(std::string_view value, unix_millis now);

} // namespace imagined::callback
