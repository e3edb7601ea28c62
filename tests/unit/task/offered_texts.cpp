#include "imagined/task/offered_texts.hpp"

#include <doctest/doctest.h>

using namespace imagined::task;

TEST_CASE("texts are numbered with the digits that people know from Midjourney") {
    CHECK(numbered({}).empty());
    CHECK(numbered({"a red fox"}) == "1️⃣ a red fox");
    CHECK(numbered({"a", "b", "c"}) == "1️⃣ a\n\n2️⃣ b\n\n3️⃣ c");
}

TEST_CASE("a describe has a button a text, one to describe again, and one for all") {
    const auto buttons = description_buttons(2);
    REQUIRE(buttons.size() == 4);
    CHECK(buttons[0].custom_id == "MJ::Job::PicReader::1");
    CHECK(buttons[0].emoji == "1️⃣");
    CHECK(buttons[0].label.empty());
    CHECK(buttons[1].custom_id == "MJ::Job::PicReader::2");
    CHECK(buttons[2].custom_id == "MJ::Picread::Retry");
    CHECK(buttons[3].custom_id == "MJ::Job::PicReader::all");
    CHECK(description_buttons(1).size() == 2);
    CHECK(description_buttons(9).size() == 6); // Midjourney has four of them
    CHECK(shortened_buttons(9).size() == 5);
    CHECK(shortened_buttons(3).back().custom_id == "MJ::Job::PromptAnalyzer::3");
}
