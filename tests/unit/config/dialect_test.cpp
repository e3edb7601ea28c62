// [[dialect]] and what a backend changes of one.
#include "configuration.hpp"

#include <doctest/doctest.h>

#include <string>

namespace imagined::config {

namespace {

const std::string acme = R"toml([[dialect]]
name = "acme"
auth = "key"
answer.pictures = "/images/*"
[dialect.operations.generate]
path = "/draw"
body = "json"
fields = { prompt = "text", num_images = "n" }
)toml";

const std::string through_acme = R"toml([[backend]]
name = "acme-1"
dialect = "acme"
base_url = "http://127.0.0.1:9"
keys = ["k"]
)toml";

} // namespace

TEST_CASE("a backend speaks a dialect of the file") {
    const auto settings = test::settings_of({acme + through_acme});
    REQUIRE(settings.dialects.size() == 1);
    CHECK(settings.dialects[0]->name() == "acme");
    REQUIRE(settings.backends.size() == 1);
    const auto spoken = backend::spoken_by(settings.backends[0]);
    REQUIRE(spoken);
    CHECK((*spoken)->key_goes_in() == backend::key_header::key);
    CHECK((*spoken)->forms().front().path == "/draw");
    CHECK(settings.backends[0].pictures == 0); // no organisation's
    // What check-config prints can be read again.
    CHECK(test::settings_of({settings.effective}).effective.size() > 0);
}

TEST_CASE("a backend may differ from its dialect") {
    const auto settings = test::settings_of({acme + through_acme + R"(
auth = "api-key"
path_prefix = "/eu/"
never_send = ["num_images", "FLASH"]
)"});
    const auto spoken = backend::spoken_by(settings.backends[0]).value();
    CHECK(spoken->key_goes_in() == backend::key_header::api_key);
    CHECK(spoken->forms().front().path == "/eu/draw");
    CHECK_FALSE(spoken->forms().front().has(backend::field::num_images));
}

TEST_CASE("what is wrong with a dialect is told with its line") {
    const auto told = [](const std::string& file) { return test::errors_of({file}); };
    const auto has = [](const errors& all, const std::string& wanted) {
        for (const std::string& one : all) {
            if (one.starts_with(wanted)) {
                return true;
            }
            MESSAGE(one);
        }
        return false;
    };
    std::string bad = acme;
    bad.replace(bad.find("\"json\""), 6, "\"xml\"");
    CHECK(has(
        told(bad),
        "imagined.toml:7: dialect[acme].operations.generate.body: expected one of json, multipart"
    ));
    bad = acme;
    bad.replace(bad.find("num_images"), 10, "pictures");
    CHECK(
        has(told(bad),
            "imagined.toml:8: dialect[acme].operations.generate.fields.pictures: unknown field")
    );
    bad = acme;
    bad.replace(bad.find("\"/images"), 8, "\"images");
    CHECK(has(told(bad), "imagined.toml:4: dialect[acme].answer.pictures: expected a JSON pointer")
    );
    CHECK(
        has(told("[[dialect]]\nname = \"bare\"\n"),
            "imagined.toml:1: dialect[bare].operations: is required")
    );
    CHECK(has(told(acme + acme), "imagined.toml:10: dialect[acme].name: is used twice"));
    bad = acme;
    bad.replace(bad.find("acme"), 4, "camel");
    CHECK(has(told(bad), "imagined.toml:2: dialect[camel].name: is a shipped dialect's"));
}

TEST_CASE("an unknown dialect, auth or word is told with what was expected") {
    const auto told = [](const std::string& more) {
        return test::errors_of({acme + through_acme + more}).at(0);
    };
    CHECK(
        test::errors_of({through_acme}).at(0)
        == "imagined.toml:3: backend[acme-1].dialect: expected one of official, camel, mjdjourney, "
           "quickrouter, crazyrouter, relay, not \"acme\""
    );
    CHECK(
        told("auth = \"basic\"\n")
        == "imagined.toml:14: backend[acme-1].auth: expected api-key, bearer or key, not \"basic\""
    );
    CHECK(
        told("path_prefix = \"eu\"\n")
        == "imagined.toml:14: backend[acme-1].path_prefix: expected a path that begins with /"
    );
    CHECK(
        told("never_send = [\"FLSH\"]\n")
        == "imagined.toml:14: backend[acme-1].never_send: \"FLSH\" is neither a field nor, in "
           "capitals, a value"
    );
    CHECK(
        told("never_send = [\"prompt\"]\n")
        == "imagined.toml:14: backend[acme-1].never_send: leaves nothing that acme could be asked "
           "for"
    );
}

} // namespace imagined::config
