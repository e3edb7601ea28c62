// Standard Webhooks 1.0.0 signatures (symmetric, `v1`): HMAC-SHA256 over "id.timestamp.body".
#pragma once

#include "imagined/base/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::callback {

// The key inside "whsec_<base64>". Fails with `invalid` (never quoting the secret) unless it is
// 24 to 64 bytes.
result<std::string> parse_secret(std::string_view text);

// The value of webhook-signature: one "v1,<base64>" per key, space separated (rotation).
std::string sign(
    const std::vector<std::string>& keys,
    std::string_view id,
    std::int64_t timestamp_seconds,
    std::string_view body
);

} // namespace imagined::callback
