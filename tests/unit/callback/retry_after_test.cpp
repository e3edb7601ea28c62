#include "retry_after.hpp"

#include "imagined/callback/delivery_plan.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using callback::parse_retry_after;

namespace {

constexpr unix_millis date_of_the_rfc = 784111777000; // Sun, 06 Nov 1994 08:49:37 GMT

} // namespace

TEST_CASE("Retry-After in seconds is read as it stands") {
    CHECK(parse_retry_after("0", 0) == milliseconds(0));
    CHECK(parse_retry_after("120", 0) == seconds(120));
}

TEST_CASE("Retry-After as a date is the time from now until then") {
    const auto wait = parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date_of_the_rfc - 30000);
    CHECK(wait == seconds(30));
}

TEST_CASE("a Retry-After date that has passed is zero") {
    const auto wait = parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date_of_the_rfc + 1);
    CHECK(wait == milliseconds(0));
}

TEST_CASE("Retry-After is capped") {
    for (const char* text : {"99999999", "99999999999999999999999999"}) {
        CAPTURE(text);
        CHECK(parse_retry_after(text, 0) == callback::max_retry_after);
    }
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 0) == callback::max_retry_after);
}

TEST_CASE("anything else in Retry-After is ignored") {
    for (const char* text :
         {"", "-1", "1.5", "soon", "12 s", "Sun, 06 Nov 1994 08:49:37 GMT!", "1994-11-06"}) {
        CAPTURE(text);
        CHECK(!parse_retry_after(text, 0));
    }
}
