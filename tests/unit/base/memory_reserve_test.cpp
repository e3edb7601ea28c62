#include "imagined/base/memory_reserve.hpp"

#include <doctest/doctest.h>

#include <new>

TEST_CASE("the first allocation that fails sets the reserve free, the next one throws") {
    const imagined::memory_reserve reserve(4096);
    const std::new_handler handler = std::get_new_handler();
    REQUIRE(static_cast<bool>(handler != nullptr));
    CHECK_NOTHROW(handler());
    CHECK_THROWS_AS(handler(), std::bad_alloc);
    imagined::memory_reserve::refill();
    CHECK_NOTHROW(handler());
    CHECK_THROWS_AS(handler(), std::bad_alloc);
}

TEST_CASE("without a reserve there is nothing to refill, and nobody to ask") {
    {
        const imagined::memory_reserve reserve(4096);
    }
    imagined::memory_reserve::refill();
    CHECK(static_cast<bool>(std::get_new_handler() == nullptr));
}
