// The table of parameters of the wire reference (ideogram-api.md §13.2), a block a row and a line a
// model column. "" stands for a field that is not sent.
#include "imagined/task/mapping.hpp"

#include "styles.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace task = imagined::task;
using task::model;
using task::rendering_speed;

namespace {

// Columns by their base model; the default model makes the column, so no --v is needed.
constexpr model columns[] = {model::v1, model::v2, model::v2a, model::v3};

task::mapped_imagine
map(std::string_view prompt,
    model column,
    task::operation what = task::operation::generate,
    const task::imagine_context& context = {}) {
    CAPTURE(prompt);
    const auto parsed = task::parse_prompt(prompt);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().reason.en);
    task::imagine_defaults defaults;
    defaults.default_model = column;
    defaults.versions["niji"] = column;
    return task::map_imagine(*parsed, defaults, context, what);
}

bool has_note(const task::mapped_imagine& mapped, std::string_view start) {
    for (const std::string& note : mapped.notes) {
        if (note.starts_with(start)) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("row --no: a negative prompt, but V_2A has none") {
    struct row {
        model column;
        const char* negative;
        bool noted;
    };

    constexpr row rows[] = {
        {model::v1, "a, b, c", false},
        {model::v1_turbo, "a, b, c", false},
        {model::v2, "a, b, c", false},
        {model::v2_turbo, "a, b, c", false},
        {model::v2a, "", true},
        {model::v2a_turbo, "", true},
        {model::v3, "a, b, c", false},
    };
    for (const row& r : rows) {
        CAPTURE(to_string(r.column));
        const auto mapped = map("x --no a,b --no c", r.column);
        CHECK(mapped.request.negative_prompt == r.negative);
        CHECK(has_note(mapped, "--no a, b, c: ") == r.noted);
    }
}

TEST_CASE("row --no: V_3 takes it on generate, remix and transparent only") {
    struct row {
        task::operation what;
        const char* negative;
    };

    constexpr row rows[] = {
        {task::operation::generate, "a"},
        {task::operation::remix, "a"},
        {task::operation::generate_transparent, "a"},
        {task::operation::edit, ""},
        {task::operation::inpaint, ""},
        {task::operation::reframe, ""},
        {task::operation::replace_background, ""},
    };
    for (const row& r : rows) {
        CAPTURE(to_string(r.what));
        const auto mapped = map("x --no a", model::v3, r.what);
        CHECK(mapped.request.negative_prompt == r.negative);
        CHECK(has_note(mapped, "--no a: ") == std::string(r.negative).empty());
    }
}

TEST_CASE("row --seed: folded into 31 bits for every model") {
    struct row {
        const char* prompt;
        std::int64_t seed;
        bool noted;
    };

    constexpr row rows[] = {
        {"x --seed 0", 0, false},
        {"x --seed 7", 7, false},
        {"x --seed 2147483647", 2147483647, false},
        {"x --seed 2147483648", 0, true},
        {"x --seed 4294967295", 2147483647, true},
        {"x --seed 3000000000", 852516352, true},
    };
    for (const model column : columns) {
        for (const row& r : rows) {
            const auto mapped = map(r.prompt, column);
            CHECK(mapped.request.seed == r.seed);
            CHECK(has_note(mapped, "--seed ") == r.noted);
        }
        CHECK_FALSE(map("x", column).request.seed.has_value());
    }
}

TEST_CASE("row --iw: image_weight of a remix, by the range of the version") {
    struct row {
        const char* prompt;
        int weight;
    };

    constexpr row rows[] = {
        {"x", 50},
        {"x --iw 0", 1},
        {"x --iw .01", 1},
        {"x --iw .5", 25},
        {"x --iw 1", 50},
        {"x --iw 1.5", 63},
        {"x --iw 2", 75},
        {"x --iw 3", 100},
        {"x --v 6 --iw 2", 75},
        {"x --v 7 --iw 3", 100},
        {"x --v 10 --iw 2", 75},
        {"x --v 5 --iw .5", 25},
        {"x --v 5 --iw 1", 50},
        {"x --v 5.2 --iw 1.5", 75},
        {"x --v 5 --iw 2", 100},
        {"x --v 4 --iw 3", 100},
        {"x --niji 5 --iw 2", 75},
    };
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        CHECK(map(r.prompt, model::v3, task::operation::remix).request.image_weight == r.weight);
    }
    for (const model column : columns) {
        const auto mapped = map("x --iw 2", column, task::operation::remix);
        CHECK(mapped.request.image_weight == 75);
    }
    const auto without_picture = map("x --iw 2", model::v3);
    CHECK_FALSE(without_picture.request.image_weight.has_value());
    CHECK(has_note(without_picture, "--iw"));
}

TEST_CASE("rows --q, modes and --draft: the turbo model or V_3's rendering speed") {
    struct row {
        const char* prompt;
        bool turbo;            // the columns of the older models
        rendering_speed speed; // the V_3 column
    };

    constexpr row rows[] = {
        {"x --q .25", true, rendering_speed::turbo},
        {"x --q .5", true, rendering_speed::turbo},
        {"x --q 1", false, rendering_speed::standard},
        {"x --q 2", false, rendering_speed::quality},
        {"x --q 4", false, rendering_speed::quality},
        {"x --turbo", true, rendering_speed::turbo},
        {"x --draft", true, rendering_speed::turbo},
        {"x --fast", false, rendering_speed::standard},
        {"x --relax", false, rendering_speed::standard},
        {"x", false, rendering_speed::standard},
    };
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        for (const model column : {model::v1, model::v2, model::v2a}) {
            const auto mapped = map(r.prompt, column);
            CHECK(mapped.request.model == (r.turbo ? task::turbo_of(column) : column));
            CHECK(mapped.request.speed == rendering_speed::standard);
        }
        const auto mapped = map(r.prompt, model::v3);
        CHECK(mapped.request.model == model::v3);
        CHECK(mapped.request.speed == r.speed);
    }
}

TEST_CASE("row --fast and --q: a configured turbo model becomes its base, and stays without them") {
    CHECK(map("x", model::v2_turbo).request.model == model::v2_turbo);
    CHECK(map("x --fast", model::v2_turbo).request.model == model::v2);
    CHECK(map("x --relax", model::v2_turbo).request.model == model::v2);
    CHECK(map("x --q 1", model::v2_turbo).request.model == model::v2);
}

TEST_CASE("row precedence: --q over --draft over the request's mode over the prompt's") {
    using task::speed_mode;

    struct row {
        const char* prompt;
        std::optional<speed_mode> context;
        rendering_speed speed;
        std::optional<speed_mode> shown;
    };

    constexpr row rows[] = {
        {"x", std::nullopt, rendering_speed::standard, std::nullopt},
        {"x --turbo", std::nullopt, rendering_speed::turbo, speed_mode::turbo},
        {"x --turbo", speed_mode::fast, rendering_speed::standard, speed_mode::fast},
        {"x --fast", speed_mode::turbo, rendering_speed::turbo, speed_mode::turbo},
        {"x", speed_mode::relax, rendering_speed::standard, speed_mode::relax},
        {"x --q .5", speed_mode::fast, rendering_speed::turbo, speed_mode::fast},
        {"x --q 2 --turbo", std::nullopt, rendering_speed::quality, speed_mode::turbo},
        {"x --q 1", speed_mode::turbo, rendering_speed::standard, speed_mode::turbo},
        {"x --draft", speed_mode::fast, rendering_speed::turbo, speed_mode::fast},
        {"x --draft --fast", std::nullopt, rendering_speed::turbo, speed_mode::fast},
        {"x --draft --q 2", std::nullopt, rendering_speed::quality, std::nullopt},
    };
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        task::imagine_context context;
        context.mode = r.context;
        const auto mapped = map(r.prompt, model::v3, task::operation::generate, context);
        CHECK(mapped.request.speed == r.speed);
        CHECK(mapped.mode == r.shown);
    }
}

TEST_CASE("row niji: ANIME where it exists, else words in the prompt") {
    struct row {
        model column;
        const char* style;
        const char* prompt;
        bool noted;
    };

    constexpr row rows[] = {
        {model::v1, "", "x, anime style", true},
        {model::v1_turbo, "", "x, anime style", true},
        {model::v2, "ANIME", "x", false},
        {model::v2_turbo, "ANIME", "x", false},
        {model::v2a, "ANIME", "x", false},
        {model::v2a_turbo, "ANIME", "x", false},
        {model::v3, "FICTION", "x, anime style", true},
    };
    task::imagine_context niji_bot;
    niji_bot.bot_type = task::bot::niji_journey;
    for (const row& r : rows) {
        CAPTURE(to_string(r.column));
        for (const auto& mapped :
             {map("x --niji", r.column),
              map("x --niji 6", r.column),
              map("x", r.column, task::operation::generate, niji_bot)}) {
            CHECK(mapped.request.style_type == r.style);
            CHECK(mapped.request.prompt == r.prompt);
            CHECK(mapped.request.model == r.column);
            CHECK(has_note(mapped, "niji: ") == r.noted);
        }
        CHECK(map("x", r.column).request.style_type.empty());
    }
}

TEST_CASE("row --style raw: magic prompt off, else explicitly automatic") {
    for (const model column : columns) {
        CHECK(map("x --style raw", column).request.magic == task::magic_prompt::off);
        CHECK(map("x --raw", column).request.magic == task::magic_prompt::off);
        CHECK(map("x", column).request.magic == task::magic_prompt::automatic);
        CHECK(map("x --style cute", column).request.magic == task::magic_prompt::automatic);
        CHECK(map("x --style raw", column).notes.empty());
    }
}

TEST_CASE("row other --style: one of V_3's presets, elsewhere dropped") {
    struct row {
        model column;
        const char* prompt;
        const char* preset;
    };

    constexpr row rows[] = {
        {model::v1, "x --style watercolor", ""},
        {model::v2, "x --style watercolor", ""},
        {model::v2a, "x --style watercolor", ""},
        {model::v3, "x --style watercolor", "WATERCOLOR"},
        {model::v3, "x --style Art-Deco", "ART_DECO"},
        {model::v3, "x --style 80s_illustration", "80S_ILLUSTRATION"},
        {model::v3, "x --style cute", ""},
    };
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        const auto mapped = map(r.prompt, r.column);
        CHECK(mapped.request.style_preset == r.preset);
        CHECK(has_note(mapped, "--style ") == std::string(r.preset).empty());
    }
}

TEST_CASE("row --v: the configured model by the leading number") {
    struct row {
        const char* prompt;
        model expected;
        bool noted;
    };

    constexpr row rows[] = {
        {"x --v 4", model::v1, false},
        {"x --v 5", model::v2, false},
        {"x --v 5.2", model::v2, false},
        {"x --v 6", model::v3, false},
        {"x --v 6.1", model::v3, false},
        {"x --v 7", model::v3, false},
        {"x --v 7.0", model::v3, false},
        {"x --v 3", model::v2a, true},
        {"x --v 8.1", model::v2a, true},
        {"x --v 40", model::v2a, true},
        {"x --niji 6", model::v2, false},
        {"x --niji", model::v2, false},
        {"x", model::v2a, false},
    };
    task::imagine_defaults defaults;
    defaults.default_model = model::v2a;
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        const auto mapped = task::map_imagine(*task::parse_prompt(r.prompt), defaults, {});
        CHECK(mapped.request.model == r.expected);
        CHECK(has_note(mapped, "--v ") == r.noted);
        CHECK(mapped.request.prompt == "x");
    }
}

TEST_CASE("rows --sref, --cref, --oref: pictures are noted, codes have no counterpart") {
    for (const model column : columns) {
        const auto mapped =
            map("x --sref https://x/a.png 123 --cref https://x/b.png --oref https://x/c.png --cw 5 "
                "--ow 6 --sw 7",
                column);
        CHECK(mapped.request.style_references.empty());
        CHECK(mapped.request.character_references.empty());
        for (const char* note :
             {"--sref: ", "--sref 123: ", "--cref: ", "--cw 5: ", "--ow 6: ", "--sw 7: "}) {
            CAPTURE(note);
            CHECK(has_note(mapped, note));
        }
    }
}

TEST_CASE("row --r: noted, for the caller to act on") {
    CHECK(map("x --r 3", model::v3).notes == std::vector<std::string>{"--repeat 3: ignored"});
    CHECK(map("x --r 1", model::v3).notes.empty());
}

TEST_CASE("rows without a counterpart: accepted, ignored, recorded") {
    for (const model column : columns) {
        for (const char* flag :
             {"--stylize 250",
              "--chaos 20",
              "--weird 7",
              "--tile",
              "--stop 50",
              "--video",
              "--profile abc1",
              "--exp 3",
              "--hd",
              "--stealth",
              "--public",
              "--bs 2",
              "--motion low",
              "--loop",
              "--zoom 1.5"}) {
            CAPTURE(flag);
            const auto mapped = map("x " + std::string(flag), column);
            CHECK(
                mapped.notes
                == std::vector<std::string>{std::string(flag) + ": no counterpart, ignored"}
            );
            auto plain = map("x", column);
            CHECK(mapped.request == plain.request);
        }
    }
}

TEST_CASE("row weights: the text stays and a negative part joins the negative prompt") {
    const auto mapped = map("a::2 b::-1 --no c", model::v2);
    CHECK(mapped.request.prompt == "a");
    CHECK(mapped.request.negative_prompt == "c, b");
}

TEST_CASE("row --ar: noted only where no member is within five percent") {
    struct row {
        const char* prompt;
        model column;
        const char* note; // "" for none
    };

    constexpr row rows[] = {
        {"x --ar 16:9", model::v1, ""},
        {"x --ar 16:9", model::v3, ""},
        {"x --ar 21:9", model::v2, ""}, // the exact resolution is near enough
        {"x --ar 21:9", model::v2_turbo, ""},
        {"x --ar 21:9", model::v3, ""},
        {"x --ar 21:9", model::v1, "--ar: the nearest shape that V_1 has is ASPECT_3_1"},
        {"x --ar 21:9", model::v2a, "--ar: the nearest shape that V_2A has is ASPECT_3_1"},
        {"x --ar 1:2",
         model::v2a_turbo,
         "--ar: the nearest shape that V_2A_TURBO has is ASPECT_9_16"},
        {"x --ar 1:4", model::v3, "--ar: the nearest shape that V_3 has is 512x1536"},
        {"x --ar 4:1", model::v2, "--ar: the nearest shape that V_2 has is RESOLUTION_1536_512"},
        {"x --ar 4:1", model::v1, "--ar: the nearest shape that V_1 has is ASPECT_3_1"},
        {"x --ar 11:17", model::v1, ""}, // 3 % off
    };
    for (const row& r : rows) {
        CAPTURE(r.prompt);
        CAPTURE(to_string(r.column));
        const auto mapped = map(r.prompt, r.column);
        std::vector<std::string> expected;
        if (*r.note != '\0') {
            expected.emplace_back(r.note);
        }
        CHECK(mapped.notes == expected);
    }
}
