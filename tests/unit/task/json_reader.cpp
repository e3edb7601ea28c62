#include "imagined/task/json_reader.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace task = imagined::task;
using nlohmann::json;

namespace {

std::optional<json> read_json(std::string_view text) {
    auto read = task::json_reader().read(text);
    auto* value = std::get_if<json>(&read);
    return value == nullptr ? std::nullopt : std::optional(std::move(*value));
}

std::optional<task::json_flaw> flaw_of(std::string_view text) {
    const auto read = task::json_reader().read(text);
    const auto* flaw = std::get_if<task::json_flaw>(&read);
    return flaw == nullptr ? std::nullopt : std::optional(*flaw);
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    all.reserve(text.size() * count);
    while (count-- > 0) {
        all += text;
    }
    return all;
}

// A list of `count` values.
std::string list_of(std::string_view value, std::size_t count) {
    return "[" + repeated(std::string(value) + ",", count - 1) + std::string(value) + "]";
}

} // namespace

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
             R"(-0)",
             R"(-0.0e+0)",
             R"(1e-999)",
             R"([[],{},[[{}]]])",
             "\t[1 ,2\r\n]\n",
             R"("\u00e9\u732b\b\f\t")",
             R"("123456789012345678901234567890123456789012345678901234567890123\"")",
             R"("1234567890123456789012345678901234567890123456789012345678901234\\")",
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
          "\"\\ud83d\\ud83d\"",
          "\"\\udc00\"",
          "\"\\u12\"",
          "\"\\u12g4\"",
          "\"\\u+123\"",
          "\"a",
          "\"a\\",
          "[1 2]",
          "[",
          "{\"a\":}",
          "{,}",
          "-",
          "1e",
          "1e+",
          "--1",
          "]",
          "truefalse",
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

TEST_CASE("depth and values are bounded, each exactly") {
    constexpr std::size_t depth = task::json_reader::max_depth;
    CHECK(read_json(repeated("[", depth) + repeated("]", depth)));
    CHECK(flaw_of(repeated("[", depth + 1)) == task::json_flaw::too_deep);
    CHECK(flaw_of(repeated("{\"a\":", depth + 1)) == task::json_flaw::too_deep);
    CHECK(read_json("[" + list_of("[[]]", 100) + "," + list_of("[[]]", 100) + "]"));

    constexpr std::size_t values = task::json_reader::max_values;
    CHECK(read_json(list_of("1", values - 1))); // and the list itself
    CHECK(flaw_of(list_of("1", values)) == task::json_flaw::too_many_values);
    CHECK(flaw_of(list_of("{}", values)) == task::json_flaw::too_many_values);
    CHECK(flaw_of(list_of("{\"\":0}", values / 2)) == task::json_flaw::too_many_values);
    CHECK(
        flaw_of("{" + repeated("\"a\":1,", values) + "\"a\":1}") == task::json_flaw::too_many_values
    );
}

TEST_CASE("a text with too many values is left at once, whatever follows") {
    CHECK(
        flaw_of(list_of("1", 3 * task::json_reader::max_values) + "no JSON")
        == task::json_flaw::too_many_values
    );
}

TEST_CASE("texts that are read together share the limit of values") {
    task::json_reader together;
    const std::string half = list_of("1", task::json_reader::max_values / 2 - 1);
    CHECK(std::holds_alternative<json>(together.read(half)));
    CHECK(std::holds_alternative<json>(together.read(half)));
    CHECK(std::get<task::json_flaw>(together.read("1")) == task::json_flaw::too_many_values);
}
