#include "imagined/submit/banned_words.hpp"

#include <doctest/doctest.h>

using imagined::submit::banned_words;

TEST_CASE("a banned word counts at word boundaries only, without case") {
    const banned_words words({"ass", "blood bath", ""});

    struct row {
        const char* prompt;
        const char* found;
    };

    const row rows[] = {
        {"a class of glass", ""},
        {"an Ass", "Ass"},
        {"ass, again", "ass"},
        {"(ASS)", "ASS"},
        {"class ass", "ass"},
        {"ass_2", ""},
        {"a Blood Bath!", "Blood Bath"},
        {"bloodbath", ""},
        {"", ""},
    };
    for (const row& one : rows) {
        CAPTURE(one.prompt);
        CHECK(words.find_in(one.prompt) == one.found);
    }
}

TEST_CASE("a word of a script without spaces is found anywhere") {
    const banned_words words({"血腥"});
    CHECK(words.find_in("非常血腥的画面") == "血腥");
    CHECK(words.find_in("红色的狐狸").empty());
}

TEST_CASE("an empty list bans nothing") {
    CHECK(banned_words({}).find_in("anything").empty());
}
