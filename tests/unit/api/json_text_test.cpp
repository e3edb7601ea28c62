#include "json_text.hpp"

#include <doctest/doctest.h>

#include <string>

using imagined::api::read_json;
using nlohmann::json;

TEST_CASE("JSON text is read as nlohmann reads it") {
    const std::string long_text = R"({"prompt":")" + std::string(400000, 'x') + R"("})";
    for (const std::string_view text : std::initializer_list<std::string_view>{
             R"({})",
             R"([])",
             R"(null)",
             R"( {"a" : [1, -2, 3.5, true, false, null, "x"]} )",
             R"({"a":{"b":{"c":[[["d"]]]}}})",
             R"({"a":1,"a":2})",
             R"({"":""})",
             R"("\u0000\n\"\\\/\ud83d\ude00猫")",
             R"(9223372036854775807)",
             R"(-9223372036854775808)",
             R"(9223372036854775808)",
             R"(18446744073709551615)",
             R"(18446744073709551616)", // a floating point number from here on
             R"({"seed":123456789012345678901234567890})",
             R"(1e300)",
             R"(0.1)",
             long_text
         }) {
        CAPTURE(text.substr(0, 60));
        const json expected = json::parse(text);
        const auto read = read_json(text);
        REQUIRE(read);
        CHECK(*read == expected);
        CHECK(read->type() == expected.type());
    }
}

TEST_CASE("an integer keeps its kind, so that a big one is not taken for a small one") {
    CHECK(read_json("1")->is_number_integer());
    CHECK(read_json("18446744073709551615")->is_number_unsigned());
    CHECK(read_json("1.0")->is_number_float());
    CHECK(*read_json("-0") == 0);
    CHECK(read_json("18446744073709551616")->is_number_float());
}

TEST_CASE("what is not JSON in UTF-8 is not read") {
    for (const std::string_view text :
         {"",
          " ",
          "{",
          "{}{}",
          "{} x",
          "{'a':1}",
          "{\"a\":1,}",
          "[1,]",
          "{\"a\"}",
          "{a:1}",
          "nul",
          "01",
          "+1",
          ".5",
          "1.",
          "1e999",
          "NaN",
          "\"\\ud800\"",
          "\"\\x\"",
          "\"a\nb\"",
          "\"\xff\"",
          "\"\xc0\xaf\"",
          "\"\xed\xa0\x80\"",
          "{\"a\":\"\xe7\x8c\"}",
          "// x\n{}"}) {
        CAPTURE(text);
        CHECK_FALSE(json::accept(text));
        CHECK_FALSE(read_json(text));
    }
}
