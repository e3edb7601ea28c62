// What must hold for every prompt, tried on many random ones made of the pieces that matter. The
// generator is seeded: a failure repeats.
#include "imagined/base/bytes.hpp"
#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

namespace task = imagined::task;

namespace {

constexpr std::string_view pieces[] = {
    "a",
    "cat",
    "猫",
    "，",
    ",",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\u3000",
    "--",
    "-",
    "—",
    "–",
    "－",
    "ar",
    "--ar 16:9",
    "--no fog, rain",
    "--tile",
    "--v 6",
    "--niji",
    "--p",
    "--sref ",
    "https://x/--a",
    "<http://y/b>",
    "\"",
    "\"",
    "“",
    "”",
    "::",
    "::2",
    "::-1",
    "::.5",
    "2",
    ".",
    "(",
    ")",
    "{",
    "}",
    "\\",
    "=",
    "--x",
    "tile",
    "'",
    "\u200b",
    "\x01",
    "é",
    "🦊",
    "--seed 5",
    "--q",
    "--style raw"
};

std::string random_prompt(std::mt19937& random) {
    std::uniform_int_distribution<std::size_t> length(0, 14);
    std::uniform_int_distribution<std::size_t> choice(0, std::size(pieces) - 1);
    std::string prompt;
    for (std::size_t left = length(random); left > 0; --left) {
        prompt += pieces[choice(random)];
    }
    return prompt;
}

std::string random_bytes(std::mt19937& random) {
    std::uniform_int_distribution<std::size_t> length(0, 40);
    std::uniform_int_distribution<int> byte(0, 255);
    std::string bytes;
    for (std::size_t left = length(random); left > 0; --left) {
        bytes += static_cast<char>(byte(random));
    }
    return bytes;
}

// True if some word of `text`, or a quotation at the start of one, starts like a flag.
bool has_flag_like_word(std::string_view text) {
    return text.starts_with("--") || text.find(" --") != std::string_view::npos
           || text.starts_with("\"--") || text.find(" \"--") != std::string_view::npos;
}

} // namespace

TEST_CASE("no word of any parsed text or negative starts with two hyphens") {
    std::mt19937 random(1);
    int parsed_count = 0;
    for (int i = 0; i < 60000; ++i) {
        const std::string prompt = random_prompt(random);
        const auto parsed = task::parse_prompt(prompt);
        if (!parsed) {
            continue;
        }
        ++parsed_count;
        CAPTURE(prompt);
        REQUIRE_FALSE(has_flag_like_word(parsed->text));
        for (const std::string& negative : parsed->negatives) {
            REQUIRE_FALSE(has_flag_like_word(negative));
            REQUIRE_FALSE(negative.empty());
        }
    }
    CHECK(parsed_count > 10000);
}

TEST_CASE("the text of any prompt is tidy") {
    std::mt19937 random(2);
    for (int i = 0; i < 40000; ++i) {
        const std::string prompt = random_prompt(random);
        const auto parsed = task::parse_prompt(prompt);
        if (!parsed) {
            continue;
        }
        CAPTURE(prompt);
        const std::string& text = parsed->text;
        REQUIRE(imagined::is_utf8(text));
        REQUIRE(text.find("  ") == std::string::npos);
        REQUIRE_FALSE(text.starts_with(' '));
        REQUIRE_FALSE(text.ends_with(' '));
        REQUIRE((!text.empty() || !parsed->image_urls.empty()));
    }
}

TEST_CASE("a prompt of words alone is its own text, as the long way would have it") {
    constexpr std::string_view words[] = {
        "a", "cat", "35mm", ",", ".", " ", " ", " ", "(", ")", "x/y", "!", "?", ";", "'", "http"
    };
    std::mt19937 random(6);
    std::uniform_int_distribution<std::size_t> length(1, 12);
    std::uniform_int_distribution<std::size_t> choice(0, std::size(words) - 1);
    int plain_count = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string prompt;
        for (std::size_t left = length(random); left > 0; --left) {
            prompt += words[choice(random)];
        }
        const auto parsed = task::parse_prompt(prompt);
        const auto long_way = task::parse_prompt(prompt + " --tile");
        CAPTURE(prompt);
        REQUIRE(parsed.has_value() == long_way.has_value());
        if (parsed) {
            REQUIRE(parsed->text == long_way->text);
            plain_count += parsed->text == prompt ? 1 : 0;
        }
    }
    CHECK(plain_count > 1000);
}

TEST_CASE("parsing a parsed text again changes nothing") {
    std::mt19937 random(3);
    for (int i = 0; i < 60000; ++i) {
        const std::string prompt = random_prompt(random);
        const auto once = task::parse_prompt(prompt);
        if (!once || once->text.empty()) {
            continue;
        }
        CAPTURE(prompt);
        CAPTURE(once->text);
        const auto twice = task::parse_prompt(once->text);
        REQUIRE_MESSAGE(twice.has_value(), twice.error().reason.en);
        task::parsed_prompt expected;
        expected.text = once->text;
        REQUIRE(*twice == expected);
    }
}

TEST_CASE("every refusal names what it is about in both languages") {
    std::mt19937 random(4);
    int refused_count = 0;
    for (int i = 0; i < 40000; ++i) {
        const std::string prompt = random_prompt(random);
        const auto parsed = task::parse_prompt(prompt);
        if (parsed) {
            continue;
        }
        ++refused_count;
        const task::prompt_error& error = parsed.error();
        CAPTURE(prompt);
        REQUIRE((error.flag == "prompt" || error.flag.starts_with("--")));
        REQUIRE(error.reason.en.starts_with(error.flag));
        REQUIRE(error.reason.zh.starts_with(error.flag));
        REQUIRE(imagined::is_utf8(error.reason.zh));
    }
    CHECK(refused_count > 1000);
}

TEST_CASE("arbitrary bytes are parsed or refused, never worse") {
    std::mt19937 random(5);
    for (int i = 0; i < 40000; ++i) {
        const std::string bytes = random_bytes(random);
        const auto parsed = task::parse_prompt(bytes);
        if (parsed) {
            REQUIRE(imagined::is_utf8(bytes));
        }
        const auto expanded = task::expand_permutations(bytes, 8);
        if (expanded) {
            REQUIRE(expanded->size() <= 8);
        }
    }
}

TEST_CASE("what braces expand to is bounded and never empty") {
    std::mt19937 random(6);
    constexpr std::string_view brace_pieces[] = {"{", "}", ",", "a", " ", "\\", "\\{", "{a,b}"};
    std::uniform_int_distribution<std::size_t> choice(0, std::size(brace_pieces) - 1);
    for (int i = 0; i < 40000; ++i) {
        std::string prompt;
        for (int k = 0; k < 12; ++k) {
            prompt += brace_pieces[choice(random)];
        }
        CAPTURE(prompt);
        const auto expanded = task::expand_permutations(prompt, 6);
        if (expanded) {
            REQUIRE(expanded->size() >= 1);
            REQUIRE(expanded->size() <= 6);
        } else {
            REQUIRE(expanded.error().flag == "prompt");
        }
    }
}
