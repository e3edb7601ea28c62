#include "arguments.hpp"

#include <doctest/doctest.h>

using imagined::app::separate_settings;

namespace {

using settings = std::vector<std::pair<std::string, std::string>>;
using words = std::vector<std::string>;

} // namespace

TEST_CASE("settings are taken out wherever they stand, in both spellings") {
    const auto separated = separate_settings(
        {"task", "--data.dir", "/tmp/x", "show", "--log.level=debug", "1234567890123456", "--json"}
    );
    REQUIRE(separated.has_value());
    CHECK(separated->settings == settings{{"data.dir", "/tmp/x"}, {"log.level", "debug"}});
    CHECK(separated->words == words{"task", "show", "1234567890123456", "--json"});
}

TEST_CASE("a value may be empty, hold equal signs, and begin with one dash") {
    const auto separated =
        separate_settings({"--redis.url=", "--callback.default_url=http://h/?a=b", "--x.y", "-1"});
    REQUIRE(separated.has_value());
    CHECK(
        separated->settings
        == settings{{"redis.url", ""}, {"callback.default_url", "http://h/?a=b"}, {"x.y", "-1"}}
    );
}

TEST_CASE("a dot in an option's value does not make it a setting") {
    const auto separated =
        separate_settings({"serve", "--config=imagined.toml", "--config", "a.b"});
    REQUIRE(separated.has_value());
    CHECK(separated->settings.empty());
    CHECK(separated->words.size() == 4);
}

TEST_CASE("a setting without a value is refused by name") {
    for (const words& given : {words{"serve", "--log.level"}, words{"--log.level", "--json"}}) {
        const auto separated = separate_settings(given);
        REQUIRE(separated.has_error());
        CHECK(separated.error().detail == "--log.level needs a value");
    }
}

TEST_CASE("everything behind a bare double dash is left alone") {
    const auto separated = separate_settings({"task", "--", "--a.b=c"});
    REQUIRE(separated.has_value());
    CHECK(separated->settings.empty());
    CHECK(separated->words == words{"task", "--", "--a.b=c"});
}
