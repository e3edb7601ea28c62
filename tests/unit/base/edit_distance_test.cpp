#include "imagined/base/edit_distance.hpp"

#include <doctest/doctest.h>

using imagined::edit_distance;

TEST_CASE("the distance counts insertions, deletions, replacements and swaps") {
    CHECK(edit_distance("lease", "lease") == 0);
    CHECK(edit_distance("leas", "lease") == 1);
    CHECK(edit_distance("leasse", "lease") == 1);
    CHECK(edit_distance("leafe", "lease") == 1);
    CHECK(edit_distance("laese", "lease") == 1);
    CHECK(edit_distance("", "lease") == 5);
}
