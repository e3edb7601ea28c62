#include "imagined/callback/signature.hpp"

#include "imagined/base/bytes.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <utility>

namespace imagined::callback {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t min_key_bytes = 24;
constexpr std::size_t max_key_bytes = 64;

constexpr std::string_view signing_prefix = "whsk_";
constexpr std::size_t half_bytes = 32; // of an Ed25519 key (RFC 8032)
constexpr std::size_t signature_bytes = 64;

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

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

struct signing_key::openssl_key {
    explicit openssl_key(std::string_view seed)
        : key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed), half_bytes)) {}

    ~openssl_key() { EVP_PKEY_free(key); }

    openssl_key(const openssl_key&) = delete;
    openssl_key& operator=(const openssl_key&) = delete;

    EVP_PKEY* key;
};

signing_key::signing_key(std::shared_ptr<const openssl_key> key, std::string public_half)
    : key_(std::move(key)), public_half_(std::move(public_half)) {}

result<signing_key> signing_key::parse(std::string_view text) {
    if (!text.starts_with(signing_prefix)) {
        return failure{failure_kind::invalid, "a signing key starts with whsk_"};
    }
    const auto bytes = from_base64(text.substr(signing_prefix.size()));
    if (!bytes || (bytes->size() != half_bytes && bytes->size() != 2 * half_bytes)) {
        return failure{
            failure_kind::invalid, "a signing key is whsk_ and the base64 of 32 or 64 bytes"
        };
    }
    auto key = std::make_shared<const openssl_key>(*bytes);
    std::array<unsigned char, half_bytes> half{};
    std::size_t size = half.size();
    if (key->key == nullptr || EVP_PKEY_get_raw_public_key(key->key, half.data(), &size) != 1) {
        return failure{failure_kind::invalid, "a signing key is an Ed25519 key"};
    }
    std::string public_half(half.begin(), half.end());
    if (bytes->size() == 2 * half_bytes && bytes->substr(half_bytes) != public_half) {
        return failure{
            failure_kind::invalid, "the second half of the signing key is not its public half"
        };
    }
    return signing_key(std::move(key), std::move(public_half));
}

std::string signing_key::sign(std::string_view bytes) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), EVP_MD_CTX_free
    );
    std::array<unsigned char, signature_bytes> signature{};
    std::size_t size = signature.size();
    const bool made =
        context != nullptr
        && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key) == 1
        && EVP_DigestSign(context.get(), signature.data(), &size, octets(bytes), bytes.size()) == 1;
    if (!made) { // out of memory
        throw std::bad_alloc();
    }
    return {signature.begin(), signature.end()};
}

std::string sign(
    const signing_keys& keys,
    std::string_view id,
    std::int64_t timestamp_seconds,
    std::string_view body
) {
    std::string signed_bytes(id);
    signed_bytes.append(".").append(std::to_string(timestamp_seconds)).append(".").append(body);
    std::string header;
    const auto add = [&header](std::string_view version, std::string_view signature) {
        header.append(header.empty() ? "" : " ").append(version).append(to_base64(signature));
    };
    for (const std::string& secret : keys.secrets) {
        add("v1,", hmac_sha256(secret, signed_bytes));
    }
    if (keys.own) {
        add("v1a,", keys.own->sign(signed_bytes));
    }
    return header;
}

std::string key_set(const std::optional<signing_key>& key) {
    if (!key) {
        return R"({"keys":[]})";
    }
    const std::string half = to_base64_url(key->public_half());
    // RFC 7638: the required members, in alphabetical order, without white space.
    const auto thumbprint =
        sha256(fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", half));
    return fmt::format(
        R"({{"keys":[{{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA",)"
        R"("kid":"{}","x":"{}"}}]}})",
        to_base64_url(thumbprint),
        half
    );
}

} // namespace imagined::callback
