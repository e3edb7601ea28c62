#include "imagined/base/bytes.hpp"
#include "imagined/base/finally.hpp"
#include "imagined/base/text.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace imagined;

TEST_CASE("a text is trimmed at both ends only, of what it is told") {
    CHECK(trim(" \t a b \t") == "a b");
    CHECK(trim(" \r a\n") == "\r a\n");
    CHECK(trim(" \n ", " \n").empty());
    CHECK(trim("").empty());
}

TEST_CASE("a split text keeps its empty pieces") {
    using pieces = std::vector<std::string_view>;
    CHECK(split("a,b", ',') == pieces{"a", "b"});
    CHECK(split(",a,,", ',') == pieces{"", "a", "", ""});
    CHECK(split("", ',') == pieces{""});
}

TEST_CASE("the last of a limited number of pieces holds the rest") {
    using pieces = std::vector<std::string_view>;
    CHECK(split("a|b|c|d", '|', 3) == pieces{"a", "b", "c|d"});
    CHECK(split("a|b", '|', 3) == pieces{"a", "b"});
    CHECK(split("a|b", '|', 1) == pieces{"a|b"});
}

TEST_CASE("digits are told from other characters") {
    CHECK(is_decimal("0019"));
    CHECK_FALSE(is_decimal(""));
    CHECK_FALSE(is_decimal("-1"));
    CHECK_FALSE(is_decimal("1 "));
    CHECK(is_hex("09afAF"));
    CHECK_FALSE(is_hex(""));
    CHECK_FALSE(is_hex("0g"));
}

TEST_CASE("hex digits of either case are read, and nothing else is") {
    CHECK(
        from_hex(to_hex("\x01\xfe"
                        "b"))
        == "\x01\xfe"
           "b"
    );
    CHECK(from_hex("Ff") == "\xff");
    CHECK(from_hex("") == "");
    CHECK_FALSE(from_hex("f"));
    CHECK_FALSE(from_hex("0x"));
    CHECK_FALSE(from_hex("/0"));
    CHECK_FALSE(from_hex(":0"));
}

TEST_CASE("a code point is escaped as JSON has it") {
    const auto escaped = [](char32_t point) {
        std::string out = "<";
        append_json_escape(out, point);
        return out;
    };
    CHECK(escaped(U'"') == "<\\\"");
    CHECK(escaped(U'\\') == "<\\\\");
    CHECK(escaped(U'\n') == "<\\n");
    CHECK(escaped(U'\r') == "<\\r");
    CHECK(escaped(U'\t') == "<\\t");
    CHECK(escaped(U'\a') == "<\\u0007");
    CHECK(escaped(U'\u202e') == "<\\u202e");
    CHECK(escaped(U'\U0001f600') == "<\\ud83d\\ude00");
}

TEST_CASE("what is to be done finally is done once, also when an exception leaves the scope") {
    int done = 0;
    {
        const finally last([&] { ++done; });
        CHECK(done == 0);
    }
    CHECK(done == 1);
    const auto fail = [&] {
        const finally last([&] { ++done; });
        throw std::runtime_error("left");
    };
    CHECK_THROWS(fail());
    CHECK(done == 2);
}
