// Addresses of backends that are probably wrong, and what their keys are called.
#include "imagined/backend/backend.hpp"

#include <doctest/doctest.h>

namespace imagined::backend {

namespace {

std::vector<std::string> doubts(const std::string& dialect, const std::string& base_url) {
    backend_options options;
    options.dialect = dialect;
    options.base_url = base_url;
    return doubtful_address(options);
}

std::vector<std::string>
labels(std::vector<std::string> keys, std::vector<std::string> names = {}) {
    backend_options options;
    options.keys = std::move(keys);
    options.key_names = std::move(names);
    return key_labels(options);
}

} // namespace

TEST_CASE("a path that the dialect adds itself is doubted") {
    struct row {
        std::string dialect;
        std::string base_url;
        std::string named;
    };

    for (const auto& r : {
             row{"official", "https://api.ideogram.ai/v1", "\"/v1\""},
             row{"official", "https://api.ideogram.ai/v1/", "\"/v1\""},
             row{"official", "https://api.ideogram.ai/v1/ideogram-v3", "\"/v1/ideogram-v3\""},
             row{"official", "https://api.ideogram.ai/generate", "\"/generate\""},
             row{"camel", "https://camel.kr777.top/ideogram", "\"/ideogram\""},
             row{"camel", "https://gateway.example/camel/ideogram/v1", "\"/ideogram/v1\""},
         }) {
        CAPTURE(r.base_url);
        const auto told = doubts(r.dialect, r.base_url);
        REQUIRE(told.size() == 1);
        CHECK(told[0].find("ends in " + r.named) != std::string::npos);
    }
}

TEST_CASE("other paths and addresses are believed") {
    CHECK(doubts("official", "https://api.ideogram.ai").empty());
    CHECK(doubts("official", "https://gateway.example/v1/account/gateway/ideogram").empty());
    CHECK(doubts("camel", "https://camel.kr777.top").empty());
    CHECK(doubts("camel", "https://camel.kr777.top/v1").empty());
    CHECK(doubts("nobody's", "https://camel.kr777.top/v1").empty());
    CHECK(doubts("official", "nonsense").empty());
}

TEST_CASE("http at a public host is doubted, at home it is not") {
    for (const std::string host : {"api.ideogram.ai", "8.8.8.8", "[2606:4700::1111]"}) {
        CAPTURE(host);
        const auto told = doubts("official", "http://" + host);
        REQUIRE(told.size() == 1);
        CHECK(told[0].find("http://") != std::string::npos);
    }
    for (const std::string host :
         {"localhost:8080",
          "127.0.0.1:8080",
          "10.0.0.7",
          "relay",
          "relay.lan",
          "relay.default.svc",
          "[::1]:80"}) {
        CAPTURE(host);
        CHECK(doubts("official", "http://" + host).empty());
    }
}

TEST_CASE("a key is called by where it came from, its tail, or its place") {
    using list = std::vector<std::string>;
    CHECK(labels({"k"}) == list{"key-1"});
    CHECK(labels({"123456789012345"}) == list{"key-1"});
    CHECK(labels({"1234567890123456"}) == list{"*3456"});
    CHECK(
        labels({"1234567890123456", "k", "secret"}, {"env:CAMEL_KEY", "", "file:/run/key"})
        == list{"env:CAMEL_KEY", "key-2", "file:/run/key"}
    );
    CHECK(labels({"a-234567890123456", "b-234567890123456"}) == list{"*3456", "*3456-key-2"});
    CHECK(labels({"a", "b"}, {"env:KEYS"}) == list{"env:KEYS", "key-2"});
}

} // namespace imagined::backend
