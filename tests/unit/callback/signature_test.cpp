#include "imagined/callback/signature.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using callback::parse_secret;
using callback::sign;
using callback::signing_key;

namespace {

// The vector that the Standard Webhooks libraries publish with their tests.
constexpr std::string_view published_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view published_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t published_time = 1614265330;
constexpr std::string_view published_body = R"({"test": 2432232314})";

// RFC 8032 §7.1, test 1, and RFC 8037 appendix A.
constexpr std::string_view seed_hex =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view public_hex =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
constexpr std::string_view signature_hex =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
    "6bd25bf5f0595bbe24655141438e7a100b";

std::string bytes_of(std::string_view hex) {
    return from_hex(hex).value();
}

signing_key published_key() {
    auto key = signing_key::parse("whsk_" + to_base64(bytes_of(seed_hex)));
    REQUIRE(key.has_value());
    return std::move(*key);
}

} // namespace

TEST_CASE("the published vector of Standard Webhooks is reproduced") {
    const auto key = parse_secret(published_secret);
    REQUIRE(key.has_value());
    CHECK(
        sign({.secrets = {*key}}, published_id, published_time, published_body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

TEST_CASE("the signed bytes are id, timestamp and body joined by full stops") {
    const std::string key(32, 'k');
    CHECK(
        sign({.secrets = {key}}, "17-3", 5, "{}")
        == "v1," + to_base64(hmac_sha256(key, "17-3.5.{}"))
    );
}

TEST_CASE("during a rotation every key signs, separated by a space") {
    const std::string old_key(24, 'o');
    const std::string new_key(24, 'n');
    const std::string both = sign({.secrets = {old_key, new_key}}, "a", 1, "b");
    CHECK(
        both
        == sign({.secrets = {old_key}}, "a", 1, "b") + " "
               + sign({.secrets = {new_key}}, "a", 1, "b")
    );
}

TEST_CASE("without a key there is no signature") {
    CHECK(sign({}, "a", 1, "b").empty());
}

TEST_CASE("a secret of 24 to 64 bytes is accepted") {
    for (const std::size_t size : {24, 32, 64}) {
        CAPTURE(size);
        const std::string key(size, 'x');
        const auto parsed = parse_secret("whsec_" + to_base64(key));
        REQUIRE(parsed.has_value());
        CHECK(*parsed == key);
    }
}

TEST_CASE("a bad secret is refused and never quoted") {
    const std::string bad[] = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + to_base64(std::string(23, 'x')),
        "whsec_" + to_base64(std::string(65, 'x')),
        "whsec_not*base64*at*all*not*base64*at*all",
    };
    for (const std::string& text : bad) {
        CAPTURE(text);
        const auto parsed = parse_secret(text);
        REQUIRE(!parsed);
        CHECK(parsed.error().kind == failure_kind::invalid);
        if (text.size() > 6) {
            CHECK(parsed.error().detail.find(text.substr(6)) == std::string::npos);
        }
    }
}

TEST_CASE("the published vector of Ed25519 is reproduced") {
    const signing_key key = published_key();
    CHECK(key.public_half() == bytes_of(public_hex));
    CHECK(key.sign("") == bytes_of(signature_hex));
}

TEST_CASE("an Ed25519 key may have its public half behind it, and no other") {
    const std::string seed = bytes_of(seed_hex);
    const auto whole = signing_key::parse("whsk_" + to_base64(seed + bytes_of(public_hex)));
    REQUIRE(whole.has_value());
    CHECK(whole->sign("") == bytes_of(signature_hex));
    const std::string bad[] = {
        "",
        "whsk_",
        to_base64(seed),
        "whsec_" + to_base64(seed),
        "whsk_!" + to_base64(seed),
        "whsk_" + to_base64(seed.substr(1)),
        "whsk_" + to_base64(seed + "x"),
        "whsk_" + to_base64(seed + seed),
    };
    for (const std::string& text : bad) {
        CAPTURE(text);
        const auto parsed = signing_key::parse(text);
        REQUIRE(!parsed.has_value());
        CHECK(parsed.error().kind == failure_kind::invalid);
        if (text.size() > 10) {
            CHECK(parsed.error().detail.find(text.substr(6)) == std::string::npos);
        }
    }
}

TEST_CASE("secrets and an Ed25519 key sign the same bytes, side by side") {
    const signing_key own = published_key();
    const std::string secret(24, 's');
    CHECK(
        sign({.secrets = {secret}, .own = own}, "a", 1, "b")
        == sign({.secrets = {secret}, .own = {}}, "a", 1, "b") + " v1a,"
               + to_base64(own.sign("a.1.b"))
    );
    CHECK(sign({.secrets = {}, .own = own}, "a", 1, "b") == "v1a," + to_base64(own.sign("a.1.b")));
}

TEST_CASE("the key set tells the public half alone, named by its thumbprint") {
    CHECK(
        callback::key_set(published_key())
        == R"({"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA",)"
           R"("kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",)"
           R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})"
    );
    CHECK(callback::key_set({}) == R"({"keys":[]})");
}
