#include "imagined/task/vocabulary.hpp"

#include "styles.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

namespace task = imagined::task;

namespace {

// Each value of an enumeration that has `count` of them, by its spelling and back.
template <class Word>
void check_spellings(int count, std::optional<Word> (*parse)(std::string_view)) {
    std::set<std::string> seen;
    for (int i = 0; i < count; ++i) {
        const auto word = static_cast<Word>(i);
        const std::string text(to_string(word));
        CAPTURE(text);
        CHECK_FALSE(text.empty());
        CHECK(parse(text) == word);
        CHECK(seen.insert(text).second);
    }
    CHECK_FALSE(parse("").has_value());
    CHECK_FALSE(parse("no such word").has_value());
}

} // namespace

TEST_CASE("every word of every set has its own spelling and is read back from it") {
    check_spellings<task::action>(11, task::parse_action);
    check_spellings<task::state>(7, task::parse_state);
    check_spellings<task::fail_code>(9, task::parse_fail_code);
    check_spellings<task::speed_mode>(3, task::parse_speed_mode);
    check_spellings<task::language>(2, task::parse_language);
    check_spellings<task::operation>(11, task::parse_operation);
    check_spellings<task::model>(7, task::parse_model);
    check_spellings<task::rendering_speed>(4, task::parse_rendering_speed);
    check_spellings<task::magic_prompt>(3, task::parse_magic_prompt);
}

TEST_CASE("words are spelled as the wire has them") {
    CHECK(to_string(task::action::imagine) == "IMAGINE");
    CHECK(to_string(task::fail_code::ambiguous_upstream_outcome) == "AMBIGUOUS_UPSTREAM_OUTCOME");
    CHECK(to_string(task::operation::replace_background) == "replace-background");
    CHECK(to_string(task::operation::instruct_edit) == "instruct-edit");
    CHECK(to_string(task::model::v2a_turbo) == "V_2A_TURBO");
    CHECK(to_string(task::rendering_speed::standard) == "DEFAULT");
    CHECK(to_string(task::magic_prompt::automatic) == "AUTO");
    CHECK(to_string(task::bot::niji_journey) == "NIJI_JOURNEY");
}

TEST_CASE("most words are matched exactly") {
    CHECK_FALSE(task::parse_model("v_2").has_value());
    CHECK_FALSE(task::parse_model("V_2 ").has_value());
    CHECK_FALSE(task::parse_operation("Generate").has_value());
    CHECK_FALSE(task::parse_action("imagine").has_value());
}

TEST_CASE("a speed mode is read in any case and with the prefix of a path or model") {
    CHECK(task::parse_speed_mode("fast") == task::speed_mode::fast);
    CHECK(task::parse_speed_mode("Relax") == task::speed_mode::relax);
    CHECK(task::parse_speed_mode("mj-turbo") == task::speed_mode::turbo);
    CHECK(task::parse_speed_mode("MJ-FAST") == task::speed_mode::fast);
    CHECK_FALSE(task::parse_speed_mode("mj-").has_value());
    CHECK_FALSE(task::parse_speed_mode("mj").has_value());
    CHECK_FALSE(task::parse_speed_mode("mj-mj-fast").has_value());
}

TEST_CASE("an unknown bot is the usual one") {
    CHECK(task::parse_bot("NIJI_JOURNEY") == task::bot::niji_journey);
    CHECK(task::parse_bot("niji") == task::bot::niji_journey);
    CHECK(task::parse_bot("mj") == task::bot::mid_journey);
    CHECK(task::parse_bot("") == task::bot::mid_journey);
    CHECK(task::parse_bot("INSIGHT_FACE") == task::bot::mid_journey);
}

TEST_CASE("turbo models and their bases belong together") {
    CHECK(task::turbo_of(task::model::v1) == task::model::v1_turbo);
    CHECK(task::turbo_of(task::model::v2) == task::model::v2_turbo);
    CHECK(task::turbo_of(task::model::v2a) == task::model::v2a_turbo);
    for (const task::model m : task::all_models) {
        CHECK(task::base_of(task::turbo_of(m)) == task::base_of(m));
        CHECK(task::turbo_of(task::turbo_of(m)) == task::turbo_of(m));
        CHECK_FALSE(task::is_turbo(task::base_of(m)));
        CHECK(task::is_turbo(task::turbo_of(m)) == (m != task::model::v3));
    }
}

TEST_CASE("only success and failure are ends") {
    for (int i = 0; i < 7; ++i) {
        const auto s = static_cast<task::state>(i);
        CHECK(task::is_terminal(s) == (s == task::state::success || s == task::state::failure));
    }
}

TEST_CASE("there are 62 style presets and each is found whatever its case") {
    const auto presets = task::style_presets();
    CHECK(presets.size() == 62);
    CHECK(std::is_sorted(presets.begin(), presets.end()));
    for (const std::string_view preset : presets) {
        std::string lower(preset);
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        std::replace(lower.begin(), lower.end(), '_', '-');
        CAPTURE(lower);
        CHECK(task::find_style_preset(lower) == preset);
    }
    CHECK_FALSE(task::find_style_preset("raw").has_value());
    CHECK_FALSE(task::find_style_preset("").has_value());
    CHECK_FALSE(task::find_style_preset("WOODBLOCK").has_value());
}

TEST_CASE("style types, negative prompts and resolutions follow the table of capabilities") {
    using task::model;

    struct row {
        model m;
        bool anime;
        bool fiction;
        bool negative;
        bool resolution;
    };

    constexpr row rows[] = {
        {model::v1, false, false, true, false},
        {model::v1_turbo, false, false, true, false},
        {model::v2, true, false, true, true},
        {model::v2_turbo, true, false, true, true},
        {model::v2a, true, false, false, false},
        {model::v2a_turbo, true, false, false, false},
        {model::v3, false, true, true, true},
    };
    for (const row& expected : rows) {
        CAPTURE(to_string(expected.m));
        CHECK(task::takes_style_type(expected.m, "ANIME") == expected.anime);
        CHECK(task::takes_style_type(expected.m, "FICTION") == expected.fiction);
        CHECK(task::takes_style_type(expected.m, "AUTO") == (expected.anime || expected.fiction));
        CHECK_FALSE(task::takes_style_type(expected.m, ""));
        CHECK(task::takes_negative_prompt(expected.m) == expected.negative);
        CHECK(task::takes_resolution(expected.m) == expected.resolution);
    }
}
