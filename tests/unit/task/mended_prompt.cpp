// What people paste around prompts, and what editors do to their dashes.
#include "imagined/task/mended_prompt.hpp"
#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace task = imagined::task;

namespace {

struct read_prompt : task::parsed_prompt {
    std::vector<std::string> notes;
};

read_prompt parse_mended(const std::string& prompt) {
    CAPTURE(prompt);
    auto mended = task::mend_prompt(prompt);
    auto parsed = task::parse_prompt(mended.text);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().reason.en);
    return {std::move(*parsed), std::move(mended.notes)};
}

bool notes_anything(const read_prompt& parsed) {
    return !parsed.notes.empty();
}

const task::ratio wide{16, 9};

} // namespace

TEST_CASE("quotes around the whole are taken off where a known flag stands inside") {
    for (const char* prompt :
         {"\"a cat --ar 16:9\"",
          "“a cat --ar 16:9”",
          "”a cat --ar 16:9”",
          "\"a cat --ar 16:9”",
          "„a cat --ar 16:9“",
          "'a cat --ar 16:9'",
          "‘a cat --ar 16:9’",
          "`a cat --ar 16:9`",
          "「a cat --ar 16:9」",
          "『a cat --ar 16:9』",
          "《a cat --ar 16:9》",
          "«a cat --ar 16:9»",
          "»a cat --ar 16:9«",
          "‹ a cat --ar 16:9 ›",
          "＂a cat --ar 16:9＂",
          "  \" a cat --ar 16:9 \"  ",
          "\"a cat --ar 16:9\",",
          "\"a cat --ar 16:9\".",
          "\"--ar 16:9 a cat\"",
          "“a cat —ar 16:9”",
          "\"a cat - -ar 16:9\"",
          "'\"a cat --ar 16:9\"'",
          "/imagine \"a cat --ar 16:9\"",
          "\"/imagine prompt: a cat --ar 16:9\""}) {
        const auto parsed = parse_mended(prompt);
        CHECK(parsed.text == "a cat");
        CHECK(parsed.aspect == wide);
        CHECK(notes_anything(parsed));
    }
    CHECK(parse_mended("\"/imagine a cat\"").text == "a cat");
    CHECK(parse_mended("\"a sign \"OPEN\" --ar 16:9\"").text == "a sign \"OPEN\"");
    CHECK(parse_mended("\"a 7\" vinyl --ar 16:9\"").text == "a 7\" vinyl");
    CHECK(parse_mended("'the cat's tail --ar 16:9'").text == "the cat's tail");
    CHECK(parse_mended("\"a cat --no dogs\"").negatives == std::vector<std::string>{"dogs"});
}

TEST_CASE("other quotes are lettering and stay") {
    for (const char* prompt :
         {"\"HELLO WORLD\"",
          "“你好”",
          "「你好」",
          "'just a quote'",
          "\"a cat\" and \"a dog\"",
          "a sign \"OPEN\"",
          "\"LIFE —fast and slow\"",
          "《三体》",
          "\"",
          "\"\""}) {
        const auto parsed = parse_mended(prompt);
        CHECK(parsed.text == prompt);
        CHECK_FALSE(notes_anything(parsed));
    }
    CHECK(parse_mended("\"SALE --now\"").text == "\"SALE —now\"");
    const auto outside = parse_mended("\"a cat\" --ar 16:9");
    CHECK(outside.text == "\"a cat\"");
    CHECK(outside.aspect == wide);
    const auto two = parse_mended("\"a cat\" and \"a dog --ar 16:9\"");
    CHECK(two.text == "\"a cat\" and \"a dog —ar 16:9\"");
    CHECK_FALSE(two.aspect.has_value());
}

TEST_CASE("a leading command is dropped, in the ways in which it is copied") {
    for (const char* prompt :
         {"/imagine a cat",
          "/imagine prompt: a cat",
          "/imagine prompt:a cat",
          "/imagine prompt：a cat",
          "/Imagine Prompt : a cat",
          "/imagine: a cat",
          "／imagine a cat",
          "  /imagine   prompt:  a cat",
          "/imagine\nprompt: a cat",
          "/imagine /imagine prompt: a cat"}) {
        const auto parsed = parse_mended(prompt);
        CHECK(parsed.text == "a cat");
        CHECK(notes_anything(parsed));
    }
    CHECK(parse_mended("/imagine prompt: a cat --ar 16:9").aspect == wide);
    CHECK(parse_mended("/imagine prompt engineering").text == "prompt engineering");
    for (const char* prompt :
         {"/imagined worlds", "imagine a cat", "prompt: a cat", "a /imagine b"}) {
        CHECK(parse_mended(prompt).text == prompt);
    }
    CHECK(task::parse_prompt(task::mend_prompt("/imagine").text).has_error());
    CHECK(task::parse_prompt(task::mend_prompt("/imagine prompt:").text).has_error());
}

TEST_CASE("dashes that were torn apart or stuck to a word are read before a value that fits") {
    struct row {
        const char* prompt;
        const char* text;
    };

    constexpr row rows[] = {
        {"cat - -ar 16:9", "cat"},
        {"cat - - ar 16:9", "cat"},
        {"cat -- ar 16:9", "cat"},
        {"cat – –ar 16:9", "cat"},
        {"cat — —ar 16:9", "cat"},
        {"cat —ar 16:9", "cat"},
        {"cat--ar 16:9", "cat"},
        {"cat—ar 16:9", "cat"},
        {"cat–ar 16:9", "cat"},
        {"猫—ar 16:9", "猫"},
        {"cat--ar=16:9", "cat"},
        {"cat--ar16:9", "cat"},
        {"cat--aspect 16:9 in snow", "cat in snow"},
        {"cat--ar 16:9, in snow", "cat in snow"},
        {"cat −−ar 16:9", "cat"},
        {"cat ‑‑ar 16:9", "cat"},
        {"cat -\u200b-ar 16:9", "cat"},
        {"cat--v 6--ar 16:9--s 50", "cat"},
        {"35mm--ar 16:9", "35mm"},
        {"- -ar 16:9 cat", "cat"}
    };
    for (const row& r : rows) {
        const auto parsed = parse_mended(r.prompt);
        CAPTURE(r.prompt);
        CHECK(parsed.text == r.text);
        CHECK(parsed.aspect == wide);
        CHECK(notes_anything(parsed));
    }
    CHECK(parse_mended("cat - -v 6.1").version == "6.1");
    CHECK(parse_mended("cat--niji 6").niji_version == "6");
    CHECK(parse_mended("cat—seed 5").seed == 5);
    CHECK(parse_mended("cat - -q .5").quality == .5);
    CHECK(parse_mended("cat--iw 2").image_weight == 2);
    CHECK(
        parse_mended("cat--c 5 x--w 7 y--s 9").without_counterpart
        == std::vector<std::string>{"--chaos 5", "--weird 7", "--stylize 9"}
    );
    const auto noted = parse_mended("cat--ar 16:9 - -v 6");
    CHECK(
        noted.notes
        == std::vector<
            std::
                string>{"prompt: --ar, stuck to the word before it, was read as --ar", "prompt: - -v was read as --v"}
    );
    CHECK_FALSE(notes_anything(parse_mended("a cat --ar 16:9 --v 6")));
}

TEST_CASE("a dash without a flag and its value is a dash") {
    for (const char* prompt :
         {"word--word",
          "cat—v eight",
          "cat--seed of doubt",
          "a - -b",
          "a - -ar wide",
          "ar 16:9",
          "a cat ar 16:9",
          "a -ar 16:9", // one hyphen alone was torn from nothing
          "cat - - no fog",
          "cat—no fog",
          "a Mustang — v 8",
          "T-shirt size s-m",
          "he said—no 5",
          "rock--niji girl"}) {
        const auto parsed = parse_mended(prompt);
        CHECK(parsed.text == prompt);
        CHECK_FALSE(notes_anything(parsed));
        CHECK_FALSE(parsed.aspect.has_value());
    }
}

TEST_CASE("the bare prompt is what another flag may be appended to") {
    CHECK(task::bare_prompt("\"a cat --ar 16:9\"") == "a cat --ar 16:9");
    CHECK(task::bare_prompt("/imagine prompt: a  cat") == "a cat");
    CHECK(task::bare_prompt("\"HELLO\"") == "\"HELLO\"");
    CHECK(task::bare_prompt("a  cat") == "a  cat");
}

TEST_CASE("what is mended needs no mending again, and hostile texts are mended in reasonable time"
) {
    for (const std::string& piece :
         {std::string("- -ar 9:16 "),
          std::string("\"'"),
          std::string("—"),
          std::string("- "),
          std::string("/imagine "),
          std::string("a--v 6"),
          std::string("「\"--ar 1:1"),
          std::string("–a-b"),
          std::string("--aaaaaaaa"),
          std::string("\xe2\x80")}) {
        std::string prompt;
        while (prompt.size() < 30000) {
            prompt += piece;
        }
        const auto once = task::mend_prompt(prompt);
        const auto twice = task::mend_prompt(once.text);
        if (piece != "/imagine ") { // so many are dropped at a time
            CHECK(twice.text == once.text);
        }
    }
}
