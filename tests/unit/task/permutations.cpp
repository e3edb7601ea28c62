#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace task = imagined::task;
using texts = std::vector<std::string>;

namespace {

texts expand(std::string_view prompt, std::size_t most = 40) {
    CAPTURE(prompt);
    const auto expanded = task::expand_permutations(prompt, most);
    REQUIRE_MESSAGE(expanded.has_value(), expanded.error().reason.en);
    return *expanded;
}

std::string permutation_refusal(std::string_view prompt, std::size_t most = 40) {
    CAPTURE(prompt);
    const auto expanded = task::expand_permutations(prompt, most);
    REQUIRE_FALSE(expanded.has_value());
    CHECK(expanded.error().flag == "prompt");
    return expanded.error().reason.en;
}

} // namespace

TEST_CASE("a prompt without braces is itself") {
    CHECK(expand("a cat, a dog --ar 1:1") == texts{"a cat, a dog --ar 1:1"});
    CHECK(expand("") == texts{""});
    CHECK(expand(" a  b\\c ") == texts{" a  b\\c "});
}

TEST_CASE("braces make one prompt an option") {
    CHECK(expand("a {red, blue} cat") == texts{"a red cat", "a blue cat"});
    CHECK(
        expand("{a,b} {c,d} --ar {1:1, 16:9}")
        == texts{"a c --ar 1:1", "a c --ar 16:9", "a d --ar 1:1", "a d --ar 16:9", "b c --ar 1:1", "b c --ar 16:9", "b d --ar 1:1", "b d --ar 16:9"}
    );
}

TEST_CASE("braces nest") {
    CHECK(
        expand("a {cat {in, on} a mat, dog}") == texts{"a cat in a mat", "a cat on a mat", "a dog"}
    );
}

TEST_CASE("an option may be empty or alone") {
    CHECK(expand("a {big, }cat") == texts{"a bigcat", "a cat"});
    CHECK(expand("a {red} cat") == texts{"a red cat"});
    CHECK(expand("a {} cat") == texts{"a  cat"});
}

TEST_CASE("a backslash takes a brace or a comma literally") {
    CHECK(expand("a \\{red, blue\\} cat") == texts{"a {red, blue} cat"});
    CHECK(expand("{a\\, b, c}") == texts{"a, b", "c"});
    CHECK(expand("{\\{, \\}}") == texts{"{", "}"});
}

TEST_CASE("braces that do not match are refused") {
    for (const char* prompt : {"{", "}", "a {b", "a b}", "{a,b", "{a}}", "{{a}", "{a,}}"}) {
        CHECK(permutation_refusal(prompt) == "the braces in the prompt do not match");
    }
}

TEST_CASE("more prompts than allowed are refused, and exactly as many are not") {
    CHECK(expand("{a,b}{a,b}", 4).size() == 4);
    CHECK(permutation_refusal("{a,b}{a,b}", 3) == "the braces in the prompt make more than 3 prompts");
    CHECK(permutation_refusal("{a,b,c,d}", 3) == "the braces in the prompt make more than 3 prompts");
}

TEST_CASE("an explosion is refused without being built") {
    std::string many;
    for (int i = 0; i < 5000; ++i) {
        many += "{a,b}";
    }
    CHECK(permutation_refusal(many) == "the braces in the prompt make more than 40 prompts");
}

TEST_CASE("many groups of one option are no explosion") {
    std::string many;
    for (int i = 0; i < 10000; ++i) {
        many += "{a}";
    }
    CHECK(expand(many) == texts{std::string(10000, 'a')});
}

TEST_CASE("braces nested beyond any use are refused") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '{') + "a" + std::string(depth, '}');
    };
    CHECK(expand(nested(task::max_brace_depth)) == texts{"a"});
    CHECK(permutation_refusal(nested(task::max_brace_depth + 1)) == "prompt nests its braces too deeply");
    CHECK(permutation_refusal(nested(15000)) == "prompt nests its braces too deeply");
}
