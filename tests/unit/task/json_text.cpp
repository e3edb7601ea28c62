#include "imagined/task/json_text.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/task/view.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string>

namespace task = imagined::task;
using nlohmann::json;

namespace {

std::string written(std::string_view text) {
    std::string out;
    task::append_json_string(out, text);
    return out;
}

std::string hostile_text(std::mt19937& random, bool only_utf8) {
    constexpr std::string_view pieces[] = {
        "\"",          "\\",        "/",       "\n", "\r", "\t",   "\b",   "\f",
        "\x01",        "\x1f",      "\x7f",    "a",  "é",  "猫",   "🦊",   "\u2028",
        "\ufeff",      "</script>", "\\u0000", "{}", "':", "\xff", "\xc3", "\xed\xa0\x80",
        "\xf0\x9f\xa6"
    };
    const std::size_t usable = only_utf8 ? std::size(pieces) - 4 : std::size(pieces);
    std::uniform_int_distribution<std::size_t> choice(0, usable); // one more stands for NUL
    std::string text;
    for (int i = 0; i < 12; ++i) {
        const std::size_t chosen = choice(random);
        text += chosen == usable ? std::string_view("\0", 1) : pieces[chosen];
    }
    return text;
}

} // namespace

TEST_CASE("a string is escaped as JSON wants it and no more") {
    CHECK(written("plain / text é 猫") == "\"plain / text é 猫\"");
    CHECK(written("a\"b\\c") == R"("a\"b\\c")");
    CHECK(written("\n\r\t") == R"("\n\r\t")");
    CHECK(written(std::string_view("\0\x1f", 2)) == R"("\u0000\u001f")");
    CHECK(written("") == "\"\"");
}

TEST_CASE("what is not UTF-8 is replaced and the rest kept") {
    CHECK(json::parse(written("caf\xe9!")) == "caf\xef\xbf\xbd!");
    CHECK(json::parse(written("\xf0\x9f\xa6")) == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(json::parse(written("é\xff\"猫")) == "é\xef\xbf\xbd\"猫");
}

TEST_CASE("any UTF-8 text is read back by a JSON parser as it was") {
    std::mt19937 random(7);
    for (int i = 0; i < 5000; ++i) {
        const std::string text = hostile_text(random, true);
        REQUIRE(json::parse(written(text)).get<std::string>() == text);
    }
}

TEST_CASE("any bytes at all make a JSON string") {
    std::mt19937 random(8);
    for (int i = 0; i < 5000; ++i) {
        const std::string out = written(hostile_text(random, false));
        REQUIRE(imagined::is_utf8(out));
        REQUIRE(json::accept(out));
    }
}

TEST_CASE("an object separates its members and closes itself") {
    std::string out;
    {
        task::object_text object(out);
        object.text("a", "x");
        object.text_or_null("b", "");
        object.number("c", -5);
        object.number_or_null("d", 0);
        object.key("e");
        {
            task::object_text inner(out);
        }
    }
    CHECK(out == R"({"a":"x","b":null,"c":-5,"d":null,"e":{}})");
}

TEST_CASE("a view of hostile texts is the JSON that a library would have written") {
    std::mt19937 random(9);
    for (int i = 0; i < 2000; ++i) {
        task::record r;
        r.id = "1320098173412546";
        r.state = task::state::success;
        r.submitted = 5;
        r.finished = 9;
        task::submission s;
        s.prompt = hostile_text(random, true);
        s.final_prompt = hostile_text(random, true);
        s.description = hostile_text(random, true);
        s.state = hostile_text(random, true);
        s.notify_hook = hostile_text(random, true);
        s.notes = {hostile_text(random, true), hostile_text(random, true)};
        task::delivery d;
        d.buttons = {{hostile_text(random, true), "🔄", hostile_text(random, true)}};
        const json shown = json::parse(task::render_view(r, s, d, std::nullopt, 10));
        REQUIRE(shown["prompt"] == s.prompt);
        REQUIRE(shown["properties"]["finalPrompt"] == s.final_prompt);
        REQUIRE(shown["description"] == s.description);
        REQUIRE(shown["state"] == s.state);
        REQUIRE(shown["properties"]["notifyHook"] == s.notify_hook);
        REQUIRE(shown["properties"]["notes"] == json(s.notes));
        REQUIRE(shown["buttons"][0]["customId"] == d.buttons[0].custom_id);
        REQUIRE(shown["buttons"][0]["label"] == d.buttons[0].label);
    }
}
