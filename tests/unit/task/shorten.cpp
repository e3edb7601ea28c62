#include "imagined/task/shorten.hpp"

#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace imagined::task;

namespace {

double weight_of(const shortened_prompt& found, std::string_view word) {
    const auto at =
        std::find_if(found.tokens.begin(), found.tokens.end(), [word](const weighed_token& one) {
            return one.text == word;
        });
    REQUIRE_MESSAGE(at != found.tokens.end(), std::string(word));
    return at->weight;
}

} // namespace

TEST_CASE("connecting words and repetitions weigh nothing") {
    const auto found = shorten("a fox in the snow, the Fox");
    CHECK(weight_of(found, "a") == 0);
    CHECK(weight_of(found, "in") == 0);
    CHECK(weight_of(found, "the") == 0);
    CHECK(weight_of(found, "Fox") == 0);
    CHECK(weight_of(found, "fox") > 0);
}

TEST_CASE("earlier phrases weigh more, praise weighs little, the heaviest token weighs 1") {
    const auto found = shorten("red fox, deep forest, masterpiece, 8k");
    CHECK(weight_of(found, "fox") > weight_of(found, "forest") * 0.9);
    CHECK(weight_of(found, "fox") > weight_of(found, "red"));
    CHECK(weight_of(found, "masterpiece") < 0.2);
    const auto heaviest = std::max_element(
        found.tokens.begin(),
        found.tokens.end(),
        [](const weighed_token& a, const weighed_token& b) { return a.weight < b.weight; }
    );
    CHECK(heaviest->weight == doctest::Approx(1));
}

TEST_CASE("quoted text is one token, and the heaviest") {
    const auto found = shorten("a poster, an old sign that says \"OPEN ALL NIGHT\"");
    CHECK(weight_of(found, "\"OPEN ALL NIGHT\"") == doctest::Approx(1));
    CHECK(found.prompts.back() == "\"OPEN ALL NIGHT\"");
}

TEST_CASE("shorter prompts keep the order, get shorter, and name nothing twice") {
    const auto found = shorten(
        "a majestic red fox standing in deep snow, misty pine forest at dawn, soft golden light, "
        "cinematic, masterpiece, best quality, 8k"
    );
    REQUIRE(found.prompts.size() == 5);
    for (std::size_t i = 1; i < found.prompts.size(); ++i) {
        CHECK(found.prompts[i].size() < found.prompts[i - 1].size());
    }
    CHECK(found.prompts[0].find("fox") < found.prompts[0].find("forest"));
    CHECK(found.prompts[0].find(", ") != std::string::npos);
    CHECK(found.prompts[1].find("8k") == std::string::npos);
}

TEST_CASE("flags stand at the end of every shorter prompt, which is a prompt again") {
    const auto found = shorten("a red fox in deep snow, at dawn --ar 16:9 --no fog, rain");
    REQUIRE(!found.prompts.empty());
    for (const std::string& prompt : found.prompts) {
        CHECK(prompt.ends_with(" --ar 16:9 --no fog, rain"));
        CHECK(parse_prompt(prompt).has_value());
    }
    for (const weighed_token& one : found.tokens) {
        CHECK(!one.text.starts_with("--"));
    }
}

TEST_CASE("Chinese is cut at its punctuation and joined without spaces") {
    const auto found = shorten("一只红色的狐狸，雪地，清晨的森林，masterpiece");
    CHECK(weight_of(found, "一只红色的狐狸") == doctest::Approx(1));
    CHECK(found.prompts.back() == "一只红色的狐狸");
    CHECK(shorten("狐狸 fox").tokens.size() == 2);
}

TEST_CASE("a short prompt has few proposals, and one of connecting words has none") {
    CHECK(shorten("fox").prompts == std::vector<std::string>{"fox"});
    CHECK(shorten("the of").prompts.empty());
    CHECK(shorten("the of").tokens.size() == 2);
}

TEST_CASE("the report has Midjourney's two headings") {
    const std::string report = shorten_report(shorten("a red fox, snow"));
    CHECK(report.starts_with("## Important tokens\n~~a~~, "));
    CHECK(report.find("**fox** (1.00)") != std::string::npos);
    CHECK(report.find("\n\n## Shortened prompts\n1️⃣ ") != std::string::npos);
}
