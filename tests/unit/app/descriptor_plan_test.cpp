#include "descriptor_plan.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>

using imagined::app::descriptor_plan;
using imagined::app::share_descriptors;

TEST_CASE("with descriptors enough for all, everybody has what was asked for") {
    const descriptor_plan wanted{20000, 1000};
    CHECK(share_descriptors(1048576, wanted) == wanted);
    CHECK(share_descriptors(24096, wanted) == wanted);
}

TEST_CASE("with too few, connections and calls share what is left, and calls need not half of it") {
    for (const std::size_t limit : {256U, 512U, 1024U, 4096U, 20000U}) {
        CAPTURE(limit);
        const auto shared = share_descriptors(limit, {20000, 1000});
        CHECK(shared.connections + 4 * shared.calls + 96 <= limit);
        CHECK(shared.connections >= limit / 4);
        CHECK(shared.calls >= 16);
    }
    CHECK(share_descriptors(256, {20000, 4}) == descriptor_plan{144, 4});
}

TEST_CASE("whatever the limit, something can be served and something drawn") {
    for (const std::size_t limit : {0U, 10U, 96U, 97U, 100U}) {
        CAPTURE(limit);
        const auto shared = share_descriptors(limit, {20000, 1000});
        CHECK(shared.connections >= 1);
        CHECK(shared.calls >= 1);
    }
}
