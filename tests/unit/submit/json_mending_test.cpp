#include "imagined/submit/json_mending.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <string>

using imagined::submit::mend_json;
using nlohmann::json;

namespace {

// As it is read after mending.
json mended(const std::string& text) {
    const auto mended = mend_json(text);
    return json::parse(mended ? mended->text : text, nullptr, false);
}

} // namespace

TEST_CASE("half a character becomes U+FFFD wherever it stands, and a whole one stays") {
    struct row {
        const char* sent;
        const char* meant;
    };

    constexpr row rows[] = {
        {R"("\ud83d")", "\ufffd"},
        {R"("a\ud83d b")", "a\ufffd b"},
        {R"("\uDC00")", "\ufffd"},
        {R"("\ud83d\ud83d\ude00")", "\ufffd😀"},
        {R"("\ude00\ud83d")", "\ufffd\ufffd"},
        {R"("\ud83d\n")", "\ufffd\n"},
        {R"("\ud83dx")", "\ufffdx"},
        {R"("\ud83d\u0041")", "\ufffdA"},
        {R"("\\\ud83d")", "\\\ufffd"},
    };
    for (const row& r : rows) {
        CAPTURE(r.sent);
        CHECK(mended(r.sent) == r.meant);
        CHECK(mend_json(r.sent).value().lone_surrogates);
    }
    CHECK(mended(R"({"a\ud83d":["\udfff"]})") == json{{"a\ufffd", {"\ufffd"}}});
    for (const char* whole :
         {R"("\ud83d\ude00")", R"("\\ud83d")", R"("\ud7ff\ue000")", R"("\\\\ud83d")", R"("x")", ""
         }) {
        CAPTURE(whole);
        CHECK_FALSE(mend_json(whole).has_value());
    }
}

TEST_CASE("a scalar state becomes the text that was sent") {
    struct row {
        const char* sent;
        const char* meant;
    };

    constexpr row rows[] = {
        {R"({"state":12345})", "12345"},
        {R"({"state":1.50})", "1.50"},
        {R"({"state" : -0.0 })", "-0.0"},
        {R"({"state":1e3,"x":1})", "1e3"},
        {R"({"x":{"state":7},"state":12345678901234567890123})", "12345678901234567890123"},
        {R"({"state":true})", "true"},
        {R"({"a":"\"state\":5","state":false})", "false"},
        {"{\"state\"\n:\t42\r\n}", "42"},
        {R"({"state":"1","state":2})", "2"},
    };
    for (const row& r : rows) {
        CAPTURE(r.sent);
        const json told = mended(r.sent);
        REQUIRE(told.is_object());
        CHECK(told["state"] == r.meant);
    }
    CHECK(mended(R"({"x":{"state":7},"state":1})")["x"]["state"] == 7);
    CHECK(mended(R"([{"state":7}])")[0]["state"] == 7);
}

TEST_CASE("what is JSON stays it, and what is none does not become it") {
    for (const char* text :
         {R"({"state":"12345"})",
          R"({"state":null})",
          R"({"state":[]})",
          R"({"state":{}})",
          R"({"state":01})",
          R"({"state":1.})",
          R"({"state":tru})",
          R"({"state":1"x":2})",
          R"({"state":1:2})",
          R"({"state":)",
          R"({"state)",
          R"({"statement":5})",
          R"({"a":"state","b":5})"}) {
        CAPTURE(text);
        CHECK(json::accept(text) == !mended(text).is_discarded());
    }
}

TEST_CASE("long hostile texts are mended in reasonable time") {
    for (const std::string& piece :
         {std::string(R"("state":1)"),
          std::string(R"("state":)"),
          std::string(R"(\ud83d)"),
          std::string(R"(\\)"),
          std::string(R"("state":1,)"),
          std::string(R"({"state":)")}) {
        std::string text;
        while (text.size() < 2'000'000) {
            text += piece;
        }
        CHECK_NOTHROW((void)mend_json(text));
    }
}
