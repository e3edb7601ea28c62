#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace imagined;

TEST_CASE("base64 is read in every form that clients send") {
    const std::string bytes = "\xfb\xef\xff any text";
    const std::string standard = to_base64(bytes);
    CHECK(from_base64(standard) == bytes);
    std::string url_safe = standard;
    for (char& c : url_safe) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    CHECK(from_base64(url_safe) == bytes);
    CHECK(from_base64(standard.substr(0, standard.find('='))) == bytes);
    CHECK(from_base64(standard.substr(0, 4) + "\r\n " + standard.substr(4)) == bytes);
    CHECK(from_base64("") == "");
}

TEST_CASE("what is not base64 is refused") {
    for (const char* text : {"a", "abc*", "ab=c", "====x", "\xe4\xbd\xa0"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
}

TEST_CASE("digests are those of the standards") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 4231, test case 2.
    CHECK(
        to_hex(hmac_sha256("Jefe", "what do ya want for nothing?"))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST_CASE("the comparison for secrets sees length and content") {
    CHECK(equal_in_constant_time("key", "key"));
    CHECK_FALSE(equal_in_constant_time("key", "kex"));
    CHECK_FALSE(equal_in_constant_time("key", "keys"));
}

TEST_CASE("random texts have their form and do not repeat") {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto uuid = random_uuid();
        CHECK(uuid.size() == 36);
        CHECK(uuid[14] == '4');
        seen.insert(uuid);
        CHECK(random_hex(8).size() == 16);
    }
    CHECK(seen.size() == 100);
}

TEST_CASE("UTF-8 is well-formed or it is not") {
    for (const char* good : {"", "plain", "\xe4\xbd\xa0\xe5\xa5\xbd", "\xf0\x9f\x94\x84"}) {
        CAPTURE(good);
        CHECK(is_utf8(good));
    }
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xe4\xbd", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
    }
}
