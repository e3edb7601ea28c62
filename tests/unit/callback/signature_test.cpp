#include "imagined/callback/signature.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using callback::parse_secret;
using callback::sign;

namespace {

// The vector that the Standard Webhooks libraries publish with their tests.
constexpr std::string_view published_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view published_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t published_time = 1614265330;
constexpr std::string_view published_body = R"({"test": 2432232314})";

} // namespace

TEST_CASE("the published vector of Standard Webhooks is reproduced") {
    const auto key = parse_secret(published_secret);
    REQUIRE(key.has_value());
    CHECK(
        sign({*key}, published_id, published_time, published_body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

TEST_CASE("the signed bytes are id, timestamp and body joined by full stops") {
    const std::string key(32, 'k');
    CHECK(sign({key}, "17-3", 5, "{}") == "v1," + to_base64(hmac_sha256(key, "17-3.5.{}")));
}

TEST_CASE("during a rotation every key signs, separated by a space") {
    const std::string old_key(24, 'o');
    const std::string new_key(24, 'n');
    const std::string both = sign({old_key, new_key}, "a", 1, "b");
    CHECK(both == sign({old_key}, "a", 1, "b") + " " + sign({new_key}, "a", 1, "b"));
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
