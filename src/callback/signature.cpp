#include "imagined/callback/signature.hpp"

#include "imagined/base/bytes.hpp"

namespace imagined::callback {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t min_key_bytes = 24;
constexpr std::size_t max_key_bytes = 64;

} // namespace

result<std::string> parse_secret(std::string_view text) {
    if (!text.starts_with(secret_prefix)) {
        return failure{failure_kind::invalid, "a callback secret starts with whsec_"};
    }
    auto key = from_base64(text.substr(secret_prefix.size()));
    if (!key || key->size() < min_key_bytes || key->size() > max_key_bytes) {
        return failure{
            failure_kind::invalid, "a callback secret is whsec_ and the base64 of 24 to 64 bytes"
        };
    }
    return std::move(*key);
}

std::string sign(
    const std::vector<std::string>& keys,
    std::string_view id,
    std::int64_t timestamp_seconds,
    std::string_view body
) {
    std::string signed_bytes(id);
    signed_bytes.append(".").append(std::to_string(timestamp_seconds)).append(".").append(body);
    std::string header;
    for (const std::string& key : keys) {
        header.append(header.empty() ? "v1," : " v1,");
        header.append(to_base64(hmac_sha256(key, signed_bytes)));
    }
    return header;
}

} // namespace imagined::callback
