// Retry-After in its two forms: seconds, and an HTTP date (measured against the answer's own Date
// where it has one, so that a wrong clock on either side does no harm).
#pragma once

#include "imagined/http/message.hpp"

#include <chrono>
#include <optional>

namespace imagined::backend {

// A longer wish is cut to this: a typing mistake upstream must not put a key away for a week.
inline constexpr std::chrono::seconds longest_retry_after{3600};

std::optional<std::chrono::seconds> retry_after_of(const http::fields& headers);

} // namespace imagined::backend
