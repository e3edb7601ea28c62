#include "imagined/http/retry_after.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string_view>

using namespace imagined;
using std::chrono::seconds;

namespace {

using std::chrono::sys_seconds;

constexpr sys_seconds date_of_the_rfc{seconds(784111777)}; // Sun, 06 Nov 1994 08:49:37 GMT
constexpr const char* text_of_the_rfc = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::chrono::hours day{24};

std::optional<seconds> wait_of(std::string_view wish, sys_seconds now = {}) {
    http::fields headers;
    headers.set("Retry-After", wish);
    return http::retry_after_of(headers, now, day);
}

} // namespace

TEST_CASE("Retry-After in seconds is read as it stands") {
    CHECK(wait_of("0") == seconds(0));
    CHECK(wait_of("120") == seconds(120));
}

TEST_CASE("Retry-After as a date is the time from now until then") {
    CHECK(wait_of(text_of_the_rfc, date_of_the_rfc - seconds(30)) == seconds(30));
}

TEST_CASE("Retry-After as a date is measured against the answer's own Date") {
    http::fields headers;
    headers.set("Date", "Sun, 06 Nov 1994 08:49:30 GMT");
    headers.set("Retry-After", text_of_the_rfc);
    CHECK(http::retry_after_of(headers, date_of_the_rfc + day, day) == seconds(7));
}

TEST_CASE("a Retry-After date that has passed is zero") {
    CHECK(wait_of(text_of_the_rfc, date_of_the_rfc + seconds(1)) == seconds(0));
}

TEST_CASE("Retry-After is capped") {
    for (const char* text : {"99999999", "99999999999999999999999999", text_of_the_rfc}) {
        CAPTURE(text);
        CHECK(wait_of(text) == day);
    }
}

TEST_CASE("anything else in Retry-After is ignored") {
    for (const char* text :
         {"",
          "-1",
          "1.5",
          "soon",
          "12 s",
          "Sun, 06 Nov 1994 08:49:37 GMT!",
          "Sun, 31 Feb 1994 08:49:37 GMT",
          "1994-11-06"}) {
        CAPTURE(text);
        CHECK(!wait_of(text));
    }
    CHECK(!http::retry_after_of({}, date_of_the_rfc, day));
}
