#include "suggestion.hpp"

#include <doctest/doctest.h>

using namespace imagined::config;

TEST_CASE("the nearest key is suggested") {
    const std::vector<std::string> known{"worker.lease", "worker.concurrency", "server.listen"};
    CHECK(did_you_mean("worker.laese", known) == ", did you mean worker.lease?");
    CHECK(did_you_mean("worker.concurency", known) == ", did you mean worker.concurrency?");
}

TEST_CASE("a key in the wrong section, or in none, is suggested with its section") {
    const std::vector<std::string> known{"worker.lease", "server.listen"};
    CHECK(did_you_mean("server.lease", known) == ", did you mean worker.lease?");
    CHECK(did_you_mean("listen", known) == ", did you mean server.listen?");
}

TEST_CASE("of two equal keys the one in the same section is suggested") {
    const std::vector<std::string> known{"callback.allow", "fetch.allow"};
    CHECK(did_you_mean("fetch.alow", known) == ", did you mean fetch.allow?");
}

TEST_CASE("nothing is suggested when nothing is near") {
    CHECK(did_you_mean("worker.banana", {"worker.lease", "server.listen"}).empty());
    CHECK(did_you_mean("x", {}).empty());
}
