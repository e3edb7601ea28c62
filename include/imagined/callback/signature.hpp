// Standard Webhooks 1.0.0 signatures over "id.timestamp.body": HMAC-SHA256 (symmetric, `v1`), and
// Ed25519 (`v1a`), which a receiver checks without sharing a secret with us.
#pragma once

#include "imagined/base/failure.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::callback {

// The key inside "whsec_<base64>". Fails with `invalid` (never quoting the secret) unless it is
// 24 to 64 bytes.
result<std::string> parse_secret(std::string_view text);

// An Ed25519 key. Copies share it.
class signing_key {
public:
    // The key inside "whsk_<base64>": the 32 bytes of its seed, or 64 with the public half behind
    // them. Fails with `invalid`, never quoting the key.
    static result<signing_key> parse(std::string_view text);

    std::string sign(std::string_view bytes) const; // 64 raw bytes

    const std::string& public_half() const { return public_half_; } // 32 raw bytes

private:
    struct openssl_key;

    signing_key(std::shared_ptr<const openssl_key> key, std::string public_half);

    std::shared_ptr<const openssl_key> key_;
    std::string public_half_;
};

// What signs a callback: each one adds a signature.
struct signing_keys {
    std::vector<std::string> secrets = {}; // of parse_secret(); several = rotation
    std::optional<signing_key> own = {};
};

// The value of webhook-signature: "v1,<base64>" per secret, then "v1a,<base64>", separated by
// spaces; "" without any key.
std::string sign(
    const signing_keys& keys,
    std::string_view id,
    std::int64_t timestamp_seconds,
    std::string_view body
);

// The JSON Web Key Set (RFC 7517, RFC 8037) that tells receivers the public half; without a key an
// empty set. The key's name is its thumbprint (RFC 7638).
std::string key_set(const std::optional<signing_key>& key);

} // namespace imagined::callback
