#include "imagined/base/charset.hpp"

#include <doctest/doctest.h>

using namespace imagined;

TEST_CASE("charsets are known by their names, and by the older ones of what they include") {
    CHECK(parse_charset("UTF-8") == charset::utf_8);
    CHECK(parse_charset("us-ascii") == charset::utf_8);
    CHECK(parse_charset("GBK") == charset::gb18030);
    CHECK(parse_charset("gb2312") == charset::gb18030);
    CHECK(parse_charset("Big5") == charset::big5);
    CHECK(parse_charset("ISO-8859-1") == charset::latin_1);
    CHECK_FALSE(parse_charset("utf-7"));
    CHECK_FALSE(parse_charset(""));
}

TEST_CASE("text becomes UTF-8, or is not what it says") {
    CHECK(to_utf8(charset::gb18030, "\xd2\xbb\xd6\xbb\xc3\xa8") == "一只猫");
    CHECK(to_utf8(charset::big5, "\xbf\xdf") == "貓");
    CHECK(to_utf8(charset::latin_1, "caf\xe9") == "café");
    CHECK(to_utf8(charset::utf_8, "猫") == "猫");
    CHECK(to_utf8(charset::gb18030, "") == "");
    CHECK_FALSE(to_utf8(charset::gb18030, "\xd2"));
    CHECK_FALSE(to_utf8(charset::big5, "\xff\xff"));
    CHECK_FALSE(to_utf8(charset::utf_8, "\xff"));
    const std::string many(10000, '\xe9');
    CHECK(to_utf8(charset::latin_1, many)->size() == 20000);
}
