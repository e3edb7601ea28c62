#include "imagined/callback/delivery_plan.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using callback::attempt_result;
using callback::next_delay;

namespace {

const std::vector<milliseconds> schedule{milliseconds(0), seconds(5), seconds(300)};
constexpr std::uint64_t least_jitter = 0;
constexpr std::uint64_t most_jitter = 1024;

attempt_result failed(std::optional<milliseconds> retry_after = std::nullopt) {
    attempt_result last;
    last.retry_after = retry_after;
    return last;
}

} // namespace

TEST_CASE("the delay after n tries is the schedule's entry n") {
    CHECK(next_delay(schedule, 0, failed(), least_jitter) == milliseconds(0));
    CHECK(next_delay(schedule, 1, failed(), least_jitter) == seconds(5));
    CHECK(next_delay(schedule, 2, failed(), least_jitter) == seconds(300));
}

TEST_CASE("a used-up schedule ends the deliveries") {
    CHECK(!next_delay(schedule, 3, failed(), least_jitter));
    CHECK(!next_delay(schedule, 1000, failed(), least_jitter));
    CHECK(!next_delay({}, 0, failed(), least_jitter));
}

TEST_CASE("a receiver that is gone is not tried again") {
    attempt_result gone;
    gone.what = attempt_result::kind::gone;
    CHECK(!next_delay(schedule, 1, gone, least_jitter));
}

TEST_CASE("what was delivered is not tried again") {
    attempt_result delivered;
    delivered.what = attempt_result::kind::delivered;
    CHECK(!next_delay(schedule, 1, delivered, least_jitter));
}

TEST_CASE("a forbidden address is tried again, because names move") {
    attempt_result forbidden;
    forbidden.what = attempt_result::kind::forbidden;
    CHECK(next_delay(schedule, 1, forbidden, least_jitter) == seconds(5));
}

TEST_CASE("jitter adds up to a tenth and never to a zero delay") {
    CHECK(next_delay(schedule, 2, failed(), most_jitter) == seconds(330));
    CHECK(next_delay(schedule, 0, failed(), most_jitter) == milliseconds(0));
    for (std::uint64_t dice = 0; dice < 5000; dice += 7) {
        const auto delay = next_delay(schedule, 1, failed(), dice);
        REQUIRE(delay);
        CHECK(*delay >= seconds(5));
        CHECK(*delay <= milliseconds(5500));
    }
}

TEST_CASE("Retry-After wins when it is longer than the schedule") {
    CHECK(next_delay(schedule, 1, failed(seconds(60)), least_jitter) == seconds(60));
    CHECK(next_delay(schedule, 1, failed(seconds(1)), least_jitter) == seconds(5));
}

TEST_CASE("Retry-After beyond a day is a day") {
    const auto delay = next_delay(schedule, 1, failed(std::chrono::hours(99)), least_jitter);
    CHECK(delay == callback::max_retry_after);
}

TEST_CASE("Retry-After does not lengthen a used-up schedule") {
    CHECK(!next_delay(schedule, 3, failed(seconds(60)), least_jitter));
}
