#include "value.hpp"

#include "imagined/config/settings.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::config;

TEST_CASE("a duration is one whole number and one unit") {
    CHECK(parse_duration("250ms").value() == milliseconds(250));
    CHECK(parse_duration("15s").value() == milliseconds(15000));
    CHECK(parse_duration("2m").value() == milliseconds(120000));
    CHECK(parse_duration("5h").value() == milliseconds(5LL * 3600000));
    CHECK(parse_duration("7d").value() == milliseconds(7LL * 86400000));
    CHECK(parse_duration("0s").value() == milliseconds(0));
}

TEST_CASE("anything else is no duration") {
    for (const char* text :
         {"",
          "15",
          "s",
          "1h30m",
          "-5s",
          "+5s",
          "1.5h",
          "15 s",
          " 15s",
          "15s ",
          "15S",
          "15sec",
          "99999999999999999999d",
          "36501d"}) {
        CAPTURE(text);
        CHECK(parse_duration(text).has_error());
    }
}

TEST_CASE("the longest duration is a hundred years") {
    CHECK(parse_duration("36500d").value() == milliseconds(36500LL * 86400000));
}

TEST_CASE("a duration is shown in its largest whole unit") {
    CHECK(format_duration(milliseconds(0)) == "0s");
    CHECK(format_duration(milliseconds(1500)) == "1500ms");
    CHECK(format_duration(milliseconds(90000)) == "90s");
    CHECK(format_duration(std::chrono::hours(36)) == "36h");
    CHECK(format_duration(std::chrono::hours(48)) == "2d");
}

TEST_CASE("a list is split at commas, trimmed, and holds no empty element") {
    CHECK(split_list(" a, b ,,c,") == words{"a", "b", "c"});
    CHECK(split_list("").empty());
}

TEST_CASE("numbers must be whole texts") {
    CHECK(value_from_text(shape::integer, "12") == value(std::int64_t{12}));
    CHECK(value_from_text(shape::integer, "12x") == std::nullopt);
    CHECK(value_from_text(shape::integer, "1.5") == std::nullopt);
    CHECK(value_from_text(shape::integer, "") == std::nullopt);
    CHECK(value_from_text(shape::number, "0.25") == value(0.25));
    CHECK(value_from_text(shape::number, "nan") == std::nullopt);
    CHECK(value_from_text(shape::number, "inf") == std::nullopt);
}

TEST_CASE("a flag is true or false") {
    CHECK(value_from_text(shape::flag, "true") == value(true));
    CHECK(value_from_text(shape::flag, "false") == value(false));
    CHECK(value_from_text(shape::flag, "yes") == std::nullopt);
}

TEST_CASE("a size is a number of bytes, or one with a unit of tens or of twos") {
    const auto size = [](std::string_view text) {
        const auto read = value_from_text(shape::size, text);
        return read ? std::get<byte_size>(*read).bytes : -1;
    };
    CHECK(size("0") == 0);
    CHECK(size("33554432") == 33554432);
    CHECK(size("512B") == 512);
    CHECK(size("4kB") == 4000);
    CHECK(size("64MB") == 64000000);
    CHECK(size("64 MB") == 64000000);
    CHECK(size("2GB") == 2000000000);
    CHECK(size("4KiB") == 4096);
    CHECK(size(" 64MiB ") == 64LL * 1024 * 1024);
    CHECK(size("1TiB") == 1LL << 40);
    for (const char* text :
         {"",
          "MB",
          "-1",
          "-1MB",
          "1.5MB",
          "64mb",
          "64M",
          "64MBs",
          "1e6",
          "9999999TB",
          "99999999999999999999",
          "+5"}) {
        CAPTURE(text);
        CHECK(size(text) == -1);
    }
}

TEST_CASE("a size is shown in whole megabytes, else in bytes") {
    CHECK(to_toml(byte_size{64000000}) == "\"64MB\"");
    CHECK(to_toml(byte_size{33554432}) == "33554432");
    CHECK(to_toml(byte_size{0}) == "0");
}

TEST_CASE("a list of durations fails with its first bad one") {
    CHECK(value_from_text(shape::durations, "0s, 5s") == value(durations{seconds(0), seconds(5)}));
    CHECK(value_from_text(shape::durations, "0s, soon") == std::nullopt);
}

TEST_CASE("tables have no plain spelling") {
    CHECK(value_from_text(shape::word_map, "4=V_1") == std::nullopt);
    CHECK_FALSE(has_text_form(shape::word_map));
    CHECK_FALSE(has_text_form(shape::number_map));
}

TEST_CASE("text is quoted for TOML with everything that would end or break it escaped") {
    CHECK(to_toml(value(std::string("a\"b\\c\n\x7f é"))) == "\"a\\\"b\\\\c\\u000A\\u007F é\"");
}

TEST_CASE("numbers keep their type in TOML") {
    CHECK(to_toml(value(std::int64_t{3})) == "3");
    CHECK(to_toml(value(3.0)) == "3.0");
    CHECK(to_toml(value(0.03)) == "0.03");
}

TEST_CASE("tables are shown inline with quoted keys") {
    CHECK(
        to_toml(value(number_map{{"V_3/TURBO/generate", 0.03}}))
        == "{ \"V_3/TURBO/generate\" = 0.03 }"
    );
    CHECK(to_toml(value(word_map{})) == "{}");
}
