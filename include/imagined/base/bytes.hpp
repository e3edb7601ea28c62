// Text forms of bytes, and digests. All of it is OpenSSL's work behind plain functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace imagined {

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
std::string to_base64_url(std::string_view bytes); // without padding (RFC 4648 §5)

// Decodes what clients really send: standard or URL-safe alphabet, padded or not, with white space
// anywhere. Empty when any other character, or an impossible length, is met.
std::optional<std::string> from_base64(std::string_view text);

std::string sha256(std::string_view bytes);                            // 32 raw bytes
std::string sha256_hex(std::string_view bytes);                        // 64 hex digits
std::string hmac_sha256(std::string_view key, std::string_view bytes); // 32 raw bytes

// Compares without leaking the position of the first difference; lengths are not secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Cryptographically random, 2 * `count` hex digits.
std::string random_hex(std::size_t count);

// 36 characters, version 4: "0b7c1f5e-…". Used as Midjourney's "job id".
std::string random_uuid();

// True if `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

} // namespace imagined
