// What the fields of a body may look like, by every spelling in which clients write them.
#include "imagined/submit/json_body.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using imagined::submit::json_body;

namespace {

json_body body_of(const std::string& text) {
    auto parsed = json_body::parse(text);
    REQUIRE_MESSAGE(std::holds_alternative<json_body>(parsed), text);
    return std::move(std::get<json_body>(parsed));
}

json_body of(const std::string& value) {
    return body_of(R"({"x":)" + value + "}");
}

constexpr const char* nothings[] = {"null", R"("")", R"("  ")", R"("\u3000")", "[]", "{}"};

} // namespace

TEST_CASE("nothing is nothing, however it is written and whatever is wanted") {
    for (const char* nothing : nothings) {
        CAPTURE(nothing);
        auto body = of(nothing);
        CHECK_FALSE(body.has("x"));
        CHECK(body.id("x").empty());
        CHECK(body.texts("x").empty());
        CHECK(body.ids("x").empty());
        CHECK_FALSE(body.integer("x").has_value());
        CHECK_FALSE(body.flag("x"));
        auto inner = body.object("x");
        CHECK(inner.text("y").empty());
        CHECK_FALSE(body.error().has_value());
        auto text = of(nothing);
        text.text("x");
        CHECK_FALSE(text.error().has_value());
    }
    CHECK(of(R"("  ")").text("x") == "  "); // what is echoed is echoed exactly
}

TEST_CASE("a flag is a boolean, 1 or 0, or a text of them") {
    for (const char* yes :
         {"true",
          "1",
          "1.0",
          R"("true")",
          R"("TRUE")",
          R"(" True ")",
          R"("1")",
          R"("１")",
          R"("1.0")"}) {
        CAPTURE(yes);
        auto body = of(yes);
        CHECK(body.flag("x"));
        CHECK_FALSE(body.error().has_value());
    }
    for (const char* no : {"false", "0", "0.0", "-0", R"("false")", R"("False")", R"("0")"}) {
        CAPTURE(no);
        auto body = of(no);
        CHECK_FALSE(body.flag("x"));
        CHECK_FALSE(body.error().has_value());
    }
    for (const char* neither : {"2", "-1", "0.5", R"("yes please")", R"(["true"])", R"({"a":1})"}) {
        CAPTURE(neither);
        auto body = of(neither);
        CHECK_FALSE(body.flag("x"));
        CHECK(body.error().has_value());
    }
}

TEST_CASE("a whole number may be written as a fraction of nothing or as text") {
    for (const char* three :
         {"3", "3.0", "3e0", R"("3")", R"(" 3 ")", R"("３")", R"("3.0")", R"("3.")"}) {
        CAPTURE(three);
        auto body = of(three);
        CHECK(body.integer("x") == 3);
        CHECK_FALSE(body.error().has_value());
    }
    CHECK(of(R"("-4")").integer("x") == -4);
    CHECK(of("9007199254740993").integer("x") == 9007199254740993);
    for (const char* none :
         {"3.5",
          R"("3.5")",
          R"("three")",
          R"("3 4")",
          "true",
          "1e300",
          "18446744073709551615",
          R"("0x3")",
          R"(".")",
          "[3]"}) {
        CAPTURE(none);
        auto body = of(none);
        CHECK_FALSE(body.integer("x").has_value());
        CHECK(body.error().has_value());
    }
}

TEST_CASE("an id is a text or a number, trimmed and in plain digits") {
    for (const char* id :
         {R"("1764470000000123")",
          "1764470000000123",
          "1764470000000123.0",
          R"(" 1764470000000123\n")",
          R"("\u30001764470000000123\u200b")",
          R"("１７６４４７００００００0123")"}) {
        CAPTURE(id);
        auto body = of(id);
        CHECK(body.id("x") == "1764470000000123");
        CHECK_FALSE(body.error().has_value());
    }
    for (const char* none : {"true", "[1]", "1.5", R"({"a":1})"}) {
        CAPTURE(none);
        auto body = of(none);
        CHECK(body.id("x").empty());
        CHECK(body.error().has_value());
    }
    CHECK(of("[1, \" 2 \", null]").ids("x") == std::vector<std::string>{"1", "2"});
    CHECK(of("1").ids("x") == std::vector<std::string>{"1"});
    CHECK(of("\"1\"").ids("x") == std::vector<std::string>{"1"});
}

TEST_CASE("one text is a list of one") {
    CHECK(of("\"FAST\"").texts("x") == std::vector<std::string>{"FAST"});
    CHECK(of(R"(["a", null, "", " ", "b"])").texts("x") == std::vector<std::string>{"a", "b"});
    auto wrong = of("[1]");
    wrong.texts("x");
    CHECK(wrong.error().has_value());
}

TEST_CASE("a scalar state is text, and half a character is U+FFFD") {
    CHECK(body_of(R"({"state":1.50})").text("state") == "1.50");
    CHECK(body_of(R"({"state":true})").text("state") == "true");
    CHECK(body_of(R"({"prompt":"a\ud83d"})").text("prompt") == "a\ufffd");
    auto number = body_of(R"({"prompt":5})");
    number.text("prompt");
    CHECK(number.error().has_value());
}
