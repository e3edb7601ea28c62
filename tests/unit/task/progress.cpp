#include "imagined/task/progress.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

namespace task = imagined::task;

namespace {

task::record record_in(task::state s) {
    task::record r;
    r.state = s;
    r.submitted = 1000;
    return r;
}

} // namespace

TEST_CASE("the estimate starts at 1, stands at 90 when due and stays below 100") {
    CHECK(task::estimate_percent(0, 10000) == 1);
    CHECK(task::estimate_percent(10000, 10000) == 90);
    CHECK(task::estimate_percent(20000, 10000) > 90);
    CHECK(task::estimate_percent(std::numeric_limits<std::int64_t>::max(), 1) <= 99);
}

TEST_CASE("the estimate never falls") {
    for (const std::int64_t expected : {1LL, 7LL, 999LL, 15000LL, 180000LL}) {
        int last = 0;
        for (std::int64_t elapsed = -5; elapsed < 4 * expected + 500;
             elapsed += 1 + expected / 97) {
            const int percent = task::estimate_percent(elapsed, expected);
            CHECK(percent >= last);
            CHECK(percent >= 1);
            CHECK(percent <= 99);
            last = percent;
        }
    }
}

TEST_CASE("an unknown duration is the usual one, and extremes do not overflow") {
    const auto most = std::numeric_limits<std::int64_t>::max();
    const auto least = std::numeric_limits<std::int64_t>::min();
    CHECK(
        task::estimate_percent(7000, 0) == task::estimate_percent(7000, task::fallback_duration_ms)
    );
    CHECK(
        task::estimate_percent(7000, -3) == task::estimate_percent(7000, task::fallback_duration_ms)
    );
    CHECK(task::estimate_percent(least, most) == 1);
    CHECK(task::estimate_percent(most, most) <= 99);
}

TEST_CASE("every state has its outward status and progress") {
    struct row {
        task::state state;
        const char* status;
        const char* progress;
    };

    constexpr row rows[] = {
        {task::state::modal, "MODAL", ""},
        {task::state::queued, "NOT_START", ""},
        {task::state::leased, "SUBMITTED", "0%"},
        {task::state::calling, "IN_PROGRESS", "1%"},
        {task::state::storing, "IN_PROGRESS", "1%"},
        {task::state::success, "SUCCESS", "100%"},
        {task::state::failure, "FAILURE", "100%"},
    };
    for (const row& r : rows) {
        CAPTURE(r.status);
        CHECK(task::outward_status(record_in(r.state)) == r.status);
        CHECK(task::outward_progress(record_in(r.state), 5000) == r.progress);
    }
}

TEST_CASE("a task that went back to the queue does not step back") {
    task::record claimed = record_in(task::state::queued);
    claimed.started = 2000;
    CHECK(task::outward_status(claimed) == "SUBMITTED");
    CHECK(task::outward_progress(claimed, 9000) == "0%");

    task::record called = claimed;
    called.called = 3000;
    called.expected = 10000;
    CHECK(task::outward_status(called) == "IN_PROGRESS");
    CHECK(task::outward_progress(called, 13000) == "90%");
    called.state = task::state::leased;
    CHECK(task::outward_status(called) == "IN_PROGRESS");
}

TEST_CASE("a clock behind the one that marked the call shows the beginning") {
    task::record r = record_in(task::state::calling);
    r.called = 9000;
    CHECK(task::outward_progress(r, 8000) == "1%");
}

TEST_CASE("the first duration counts whole and later ones a quarter") {
    CHECK(task::smooth_duration(0, 8000) == 8000);
    CHECK(task::smooth_duration(8000, 12000) == 9000);
    CHECK(task::smooth_duration(8000, 4000) == 7000);
    CHECK(task::smooth_duration(8000, 8000) == 8000);
}

TEST_CASE("an impossible duration changes nothing") {
    CHECK(task::smooth_duration(8000, 0) == 8000);
    CHECK(task::smooth_duration(8000, -5) == 8000);
    const auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(task::smooth_duration(most, most) > 0);
    CHECK(task::smooth_duration(std::numeric_limits<std::int64_t>::min(), 5) == 5);
}
