// Retry-After in its two forms: seconds, and a date (RFC 9110 §10.2.3), which is measured against
// the answer's own Date where it has one, so that a wrong clock on either side does no harm.
#pragma once

#include "imagined/http/message.hpp"

#include <chrono>
#include <optional>

namespace imagined::http {

// How long an answer that came at `now` asks to wait: not below zero, and at most `longest`, since
// a typing mistake must not put the asker off for a week. nullopt when it does not say, or nothing
// of that form.
std::optional<std::chrono::seconds>
retry_after_of(const fields& headers, std::chrono::sys_seconds now, std::chrono::seconds longest);

} // namespace imagined::http
