// Every row of the two aspect tables of the wire reference (ideogram-api.md §13.1).
#include "imagined/task/framing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace task = imagined::task;

namespace {

struct worked_row {
    task::ratio wanted;
    const char* legacy;
    const char* v3;
    const char* legacy_resolution;
    const char* v3_resolution;
};

constexpr worked_row worked_rows[] = {
    {{1, 4}, "ASPECT_1_3", "1x3", "RESOLUTION_512_1536", "512x1536"},
    {{1, 3}, "ASPECT_1_3", "1x3", "RESOLUTION_512_1536", "512x1536"},
    {{9, 21}, "ASPECT_1_3", "1x2", "RESOLUTION_640_1472", "640x1472"},
    {{9, 20}, "ASPECT_9_16", "1x2", "RESOLUTION_640_1408", "640x1408"},
    {{9, 19}, "ASPECT_9_16", "1x2", "RESOLUTION_640_1344", "640x1344"},
    {{1, 2}, "ASPECT_9_16", "1x2", "RESOLUTION_704_1408", "704x1408"},
    {{9, 16}, "ASPECT_9_16", "9x16", "RESOLUTION_720_1280", "736x1312"},
    {{4, 7}, "ASPECT_9_16", "9x16", "RESOLUTION_768_1344", "768x1344"},
    {{10, 16}, "ASPECT_10_16", "10x16", "RESOLUTION_640_1024", "800x1280"},
    {{2, 3}, "ASPECT_2_3", "2x3", "RESOLUTION_832_1248", "832x1248"},
    {{11, 17}, "ASPECT_2_3", "2x3", "RESOLUTION_768_1216", "768x1216"},
    {{5, 7}, "ASPECT_3_4", "3x4", "RESOLUTION_832_1152", "832x1152"},
    {{3, 4}, "ASPECT_3_4", "3x4", "RESOLUTION_864_1152", "864x1152"},
    {{4, 5}, "ASPECT_3_4", "4x5", "RESOLUTION_896_1120", "896x1120"},
    {{5, 6}, "ASPECT_3_4", "4x5", "RESOLUTION_896_1088", "896x1088"},
    {{1, 1}, "ASPECT_1_1", "1x1", "RESOLUTION_1024_1024", "1024x1024"},
    {{6, 5}, "ASPECT_4_3", "5x4", "RESOLUTION_1088_896", "1088x896"},
    {{5, 4}, "ASPECT_4_3", "5x4", "RESOLUTION_1120_896", "1120x896"},
    {{4, 3}, "ASPECT_4_3", "4x3", "RESOLUTION_1152_864", "1152x864"},
    {{7, 5}, "ASPECT_4_3", "4x3", "RESOLUTION_1152_832", "1152x832"},
    {{3, 2}, "ASPECT_3_2", "3x2", "RESOLUTION_1248_832", "1248x832"},
    {{16, 10}, "ASPECT_16_10", "16x10", "RESOLUTION_1280_800", "1280x800"},
    {{5, 3}, "ASPECT_16_10", "16x10", "RESOLUTION_1280_768", "1280x768"},
    {{7, 4}, "ASPECT_16_9", "16x9", "RESOLUTION_1344_768", "1344x768"},
    {{16, 9}, "ASPECT_16_9", "16x9", "RESOLUTION_1280_720", "1312x736"},
    {{191, 100}, "ASPECT_16_9", "2x1", "RESOLUTION_1344_704", "1344x704"},
    {{2, 1}, "ASPECT_16_9", "2x1", "RESOLUTION_1408_704", "1408x704"},
    {{20, 9}, "ASPECT_16_9", "2x1", "RESOLUTION_1408_640", "1408x640"},
    {{21, 9}, "ASPECT_3_1", "2x1", "RESOLUTION_1472_640", "1472x640"},
    {{3, 1}, "ASPECT_3_1", "3x1", "RESOLUTION_1536_512", "1536x512"},
    {{4, 1}, "ASPECT_3_1", "3x1", "RESOLUTION_1536_512", "1536x512"},
};

// The interval of W/H in which a member is chosen; bounds as printed, rounded to four digits.
struct interval_row {
    const char* name;
    double low;
    double high;
};

constexpr interval_row legacy_intervals[] = {
    {"ASPECT_1_3", 0, 0.4330},
    {"ASPECT_9_16", 0.4330, 0.5929},
    {"ASPECT_10_16", 0.5929, 0.6455},
    {"ASPECT_2_3", 0.6455, 0.7071},
    {"ASPECT_3_4", 0.7071, 0.8660},
    {"ASPECT_1_1", 0.8660, 1.1547},
    {"ASPECT_4_3", 1.1547, 1.4142},
    {"ASPECT_3_2", 1.4142, 1.5492},
    {"ASPECT_16_10", 1.5492, 1.6865},
    {"ASPECT_16_9", 1.6865, 2.3094},
    {"ASPECT_3_1", 2.3094, 1e6},
};

constexpr interval_row v3_intervals[] = {
    {"1x3", 0, 0.4082},
    {"1x2", 0.4082, 0.5303},
    {"9x16", 0.5303, 0.5929},
    {"10x16", 0.5929, 0.6455},
    {"2x3", 0.6455, 0.7071},
    {"3x4", 0.7071, 0.7746},
    {"4x5", 0.7746, 0.8944},
    {"1x1", 0.8944, 1.1180},
    {"5x4", 1.1180, 1.2910},
    {"4x3", 1.2910, 1.4142},
    {"3x2", 1.4142, 1.5492},
    {"16x10", 1.5492, 1.6865},
    {"16x9", 1.6865, 1.8856},
    {"2x1", 1.8856, 2.4495},
    {"3x1", 2.4495, 1e6},
};

constexpr double rounding = 1e-4;

} // namespace

TEST_CASE("every worked ratio gives the members that the reference lists") {
    for (const worked_row& row : worked_rows) {
        CAPTURE(row.wanted.width);
        CAPTURE(row.wanted.height);
        CHECK(task::nearest_legacy_aspect(row.wanted) == row.legacy);
        CHECK(task::nearest_v3_aspect(row.wanted) == row.v3);
        CHECK(task::exact_legacy_resolution(row.wanted) == row.legacy_resolution);
        CHECK(task::exact_v3_resolution(row.wanted) == row.v3_resolution);
    }
}

TEST_CASE("a legacy aspect is chosen from one bound of its interval to the other") {
    for (const interval_row& row : legacy_intervals) {
        CAPTURE(row.name);
        CHECK(task::nearest_legacy_aspect({row.low + rounding, 1}) == row.name);
        CHECK(task::nearest_legacy_aspect({row.high - rounding, 1}) == row.name);
    }
}

TEST_CASE("a V_3 aspect is chosen from one bound of its interval to the other") {
    for (const interval_row& row : v3_intervals) {
        CAPTURE(row.name);
        CHECK(task::nearest_v3_aspect({row.low + rounding, 1}) == row.name);
        CHECK(task::nearest_v3_aspect({row.high - rounding, 1}) == row.name);
    }
}

TEST_CASE("a ratio and its mirror image get mirrored members") {
    for (const worked_row& row : worked_rows) {
        const task::ratio mirrored{row.wanted.height, row.wanted.width};
        CHECK(
            task::legacy_aspect_error(mirrored)
            == doctest::Approx(task::legacy_aspect_error(row.wanted))
        );
        CHECK(
            task::v3_aspect_error(mirrored) == doctest::Approx(task::v3_aspect_error(row.wanted))
        );
    }
}

TEST_CASE("the bound between two members goes to the one nearer to a square") {
    CHECK(task::nearest_v3_aspect({std::sqrt(5.), 2}) == "1x1"); // the mean of 1:1 and 5:4
    CHECK(task::nearest_v3_aspect({2, std::sqrt(5.)}) == "1x1");
    CHECK(task::nearest_legacy_aspect({2, std::sqrt(3.)}) == "ASPECT_1_1");
    CHECK(task::nearest_legacy_aspect({std::sqrt(3.), 2}) == "ASPECT_1_1");
}

TEST_CASE("of equally near resolutions the one with most pixels is chosen") {
    CHECK(task::exact_legacy_resolution({4, 3}) == "RESOLUTION_1152_864");   // also 1024x768
    CHECK(task::exact_legacy_resolution({3, 2}) == "RESOLUTION_1248_832");   // also 1152x768
    CHECK(task::exact_legacy_resolution({16, 10}) == "RESOLUTION_1280_800"); // also 1024x640
}

TEST_CASE("an exact member has no error and 21:9 has a visible one") {
    CHECK(task::legacy_aspect_error({16, 9}) == doctest::Approx(0));
    CHECK(task::v3_aspect_error({5, 4}) == doctest::Approx(0));
    CHECK(task::legacy_aspect_error({21, 9}) == doctest::Approx(9. / 7 - 1));
    CHECK(task::v3_aspect_error({21, 9}) == doctest::Approx(7. / 6 - 1));
    CHECK(task::v3_resolution_error({21, 9}) < task::max_aspect_error);
    CHECK(task::legacy_resolution_error({21, 9}) < task::max_aspect_error);
}

TEST_CASE("extreme ratios are clamped to the widest and the tallest member") {
    const double huge = std::numeric_limits<double>::max();
    const double tiny = std::numeric_limits<double>::min();
    CHECK(task::nearest_v3_aspect({huge, tiny}) == "3x1");
    CHECK(task::exact_v3_resolution({tiny, huge}) == "512x1536");
    CHECK(task::v3_aspect_error({4, 1}) == doctest::Approx(4. / 3 - 1));
}

TEST_CASE("resolutions are known by their exact spelling") {
    CHECK(task::is_legacy_resolution("1280x720"));
    CHECK_FALSE(task::is_v3_resolution("1280x720"));
    CHECK(task::is_v3_resolution("800x1280"));
    CHECK_FALSE(task::is_legacy_resolution("800x1280"));
    CHECK(task::is_v3_resolution("1024x1024"));
    CHECK_FALSE(task::is_v3_resolution("1024X1024"));
    CHECK_FALSE(task::is_v3_resolution("RESOLUTION_1024_1024"));
    CHECK_FALSE(task::is_v3_resolution(""));
}

TEST_CASE("a ratio may be written in several ways") {
    for (const char* text : {"16:9", "16x9", "16X9", "16/9", "16：9", "16×9", "16.0:9"}) {
        CAPTURE(text);
        CHECK(task::parse_ratio(text) == task::ratio{16, 9});
    }
    CHECK(task::parse_ratio("512:512") == task::ratio{512, 512});
    CHECK(task::parse_ratio("1.85:1") == task::ratio{1.85, 1});
}

TEST_CASE("a ratio must have two positive finite sides") {
    for (const char* text : {"",      ":",     "16",    "16:",    ":9",    "0:1",    "1:0",
                             "0:0",   "-1:2",  "1:-2",  "a:b",    "abc",   "16:9:4", "1e5:1",
                             "inf:1", "nan:1", "16 :9", "16:9px", "0.0:1", "1..2:3"}) {
        CAPTURE(text);
        CHECK_FALSE(task::parse_ratio(text).has_value());
    }
    CHECK_FALSE(task::parse_ratio(std::string(400, '9') + ":1").has_value());
}
