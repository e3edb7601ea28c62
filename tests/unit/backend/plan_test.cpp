#include "tests/support/a_request.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace imagined::backend {

namespace {

using task::model;
using task::operation;
using test::a_request;
using calls = std::vector<call_plan>;

calls planned(std::string_view dialect_name, int images, std::optional<std::int64_t> seed = {}) {
    auto request = a_request(operation::generate, model::v2);
    request.images = images;
    request.seed = seed;
    return find_dialect(dialect_name)->plan(request);
}

} // namespace

TEST_CASE("four pictures are one call where num_images is documented") {
    CHECK(planned("official", 4) == calls{{.first = 1, .count = 4}});
}

TEST_CASE("a seed with several pictures is one call a picture, each with its own seed") {
    const call_plan first{.first = 1, .count = 1, .seed = 2147483646};
    const call_plan second{.first = 2, .count = 1, .seed = 2147483647};
    const call_plan third{.first = 3, .count = 1, .seed = 0}; // seeds have 31 bits
    CHECK(planned("camel", 3, 2147483646) == calls{first, second, third});
}

TEST_CASE("a seed with one picture is one call") {
    CHECK(planned("camel", 1, 5) == calls{{.first = 1, .count = 1, .seed = 5}});
}

TEST_CASE("a dialect without num_images is called once a picture") {
    CHECK(planned("mjdjourney", 2) == calls{{.first = 1, .count = 1}, {.first = 2, .count = 1}});
    CHECK(planned("crazyrouter", 4).size() == 4);
}

TEST_CASE("no call asks for more than eight pictures") {
    CHECK(planned("official", 11) == calls{{.first = 1, .count = 8}, {.first = 9, .count = 3}});
}

TEST_CASE("describe and remove-background are always one call") {
    auto request = a_request(operation::describe);
    request.images = 4;
    CHECK(find_dialect("official")->plan(request) == calls{{.first = 1, .count = 1}});
    request.what = operation::remove_background;
    CHECK(find_dialect("official")->plan(request) == calls{{.first = 1, .count = 1}});
}

} // namespace imagined::backend
