// What a backend may be asked for at all: the day's money, and its breaker.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

const slot alpha{"alpha:1", 20};
const slot alphas_other{"alpha:2", 20};
const slot beta{"beta:1", 20};

class money : public queue_fixture {
public:
    // A leased task; its tokens are as fresh as the lease.
    token leased(const slot& at = alpha) {
        const std::string id = submit();
        const auto taken = claim(1, "w1", {at});
        REQUIRE(taken.size() == 1);
        CHECK(taken[0].record.id == id);
        return token_of(taken[0]);
    }

    call_permit
    ask(const token& held,
        std::int64_t price,
        std::int64_t cap,
        std::int64_t total = 0,
        const slot& at = alpha,
        int index = 0) {
        call_marker marker;
        marker.index = index;
        marker.slot = at;
        marker.cost_micros = price;
        marker.backend_cap_micros = cap;
        marker.total_cap_micros = total;
        return must(tasks().work->calling(held, marker)).what;
    }

    std::int64_t held_for(const std::string& backend) {
        for (const auto& [name, micros] : must(tasks().reading->stats({})).held_by_backend_today) {
            if (name == backend) {
                return micros;
            }
        }
        return 0;
    }

    // One whole life of a task whose call ends badly or well.
    void fail_one(const slot& at = alpha) {
        const auto held = leased(at);
        REQUIRE(call(held, 0, at) == call_permit::granted);
        must(tasks().work->lost(held, 0, "HTTP 500", queue::aftermath::over));
        finish(held, false);
    }

    void serve_one(const slot& at = alpha) {
        const auto held = leased(at);
        REQUIRE(call(held, 0, at) == call_permit::granted);
        answer(held);
        finish(held);
    }

    void open_breaker() {
        for (int i = 0; i < 10; ++i) {
            fail_one();
        }
    }

    bool can_claim(const slot& at) {
        submit();
        const auto taken = claim(1, "probe", {at});
        for (const auto& one : taken) {
            must(tasks().work->release(token_of(one), "", milliseconds(0), "only looked"));
        }
        return !taken.empty();
    }

    std::optional<unix_millis> open_until(const std::string& backend) {
        for (const auto& one :
             must(tasks().reading->stats({"alpha:1", "alpha:2", "beta:1"})).breakers) {
            if (one.backend == backend) {
                return one.open_until;
            }
        }
        return std::nullopt;
    }
};

} // namespace

TEST_CASE_FIXTURE(money, "calls side by side cannot exceed a backend's day together") {
    CHECK(ask(leased(), 60, 100) == call_permit::granted);
    const auto second = leased();
    CHECK(ask(second, 60, 100) == call_permit::over_budget);
    CHECK(ask(second, 40, 100) == call_permit::granted);
    CHECK(held_for("alpha") == 100);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(money, "over the cap nothing is written, and another backend may be asked") {
    const auto held = leased();
    CHECK(ask(held, 60, 50) == call_permit::over_budget);
    CHECK(record(held.id).state == task::state::leased);
    CHECK(held_for("alpha") == 0);
    CHECK(ask(held, 60, 0, 0, beta) == call_permit::granted);
}

TEST_CASE_FIXTURE(money, "the cap of all counts every backend, spent and held") {
    const auto first = leased();
    CHECK(ask(first, 60, 0, 100) == call_permit::granted);
    answer(first, 0, true, 70);
    CHECK(ask(leased(beta), 31, 0, 100, beta) == call_permit::over_budget);
    CHECK(ask(leased(beta), 30, 0, 100, beta) == call_permit::granted);
}

TEST_CASE_FIXTURE(money, "an answer turns what was held into what it cost") {
    const auto held = leased();
    ask(held, 60, 100);
    answer(held, 0, true, 20);
    CHECK(held_for("alpha") == 0);
    CHECK(ask(leased(), 80, 100) == call_permit::granted);
    CHECK(ask(leased(), 1, 100) == call_permit::over_budget);
}

TEST_CASE_FIXTURE(money, "a call that did not start gives its money back") {
    const auto held = leased();
    ask(held, 100, 100);
    must(tasks().work->not_started(held, 0, {}));
    CHECK(held_for("alpha") == 0);
    CHECK(ask(held, 100, 100, 0, alpha, 1) == call_permit::granted);
}

TEST_CASE_FIXTURE(money, "a call of unknown outcome stays on the bill of its day") {
    const auto held = leased();
    ask(held, 100, 100);
    must(tasks().work->lost(held, 0, "cut"));
    finish(held, false);
    CHECK(held_for("alpha") == 100);
    CHECK(ask(leased(), 1, 100) == call_permit::over_budget);
}

TEST_CASE_FIXTURE(money, "its late answer settles it") {
    const auto held = leased();
    ask(held, 100, 100);
    must(tasks().work->lost(held, 0, "cut"));
    must(tasks().work->adopt(held, 0, "late", 60));
    CHECK(held_for("alpha") == 0);
    CHECK(ask(leased(), 40, 100) == call_permit::granted);
}

TEST_CASE_FIXTURE(money, "a new day, by UTC, begins with nothing spent") {
    constexpr unix_millis day = 86'400'000;
    set_time(now() / day * day + day - 1);
    const auto held = leased();
    ask(held, 100, 100);
    CHECK(ask(leased(), 1, 100) == call_permit::over_budget);
    advance(milliseconds(1));
    CHECK(ask(leased(), 100, 100) == call_permit::granted);
    // What yesterday held is given back to yesterday.
    must(tasks().work->not_started(held, 0, {}));
    CHECK(held_for("alpha") == 100);
}

TEST_CASE_FIXTURE(money, "more than half of ten failing opens the breaker for 30 s, for all keys") {
    for (int i = 0; i < 4; ++i) {
        serve_one();
    }
    for (int i = 0; i < 5; ++i) {
        fail_one();
    }
    CHECK_FALSE(open_until("alpha"));
    fail_one(); // six of ten
    CHECK(open_until("alpha") == now() + 30'000);
    CHECK_FALSE(can_claim(alpha));
    CHECK_FALSE(can_claim(alphas_other));
    CHECK(can_claim(beta));
    advance(milliseconds(29'999));
    CHECK_FALSE(can_claim(alpha));
}

TEST_CASE_FIXTURE(money, "half of the calls failing is not more than half") {
    for (int i = 0; i < 10; ++i) {
        serve_one();
        fail_one();
    }
    CHECK_FALSE(open_until("alpha"));
}

TEST_CASE_FIXTURE(money, "failures older than a minute are forgotten") {
    for (int i = 0; i < 9; ++i) {
        fail_one();
    }
    advance(seconds(60));
    fail_one();
    CHECK_FALSE(open_until("alpha"));
}

TEST_CASE_FIXTURE(money, "refusals count for the backend, 429 and bad keys count nothing") {
    using kind = key_verdict::kind;
    for (const kind said : {kind::works, kind::cool, kind::disable, kind::none}) {
        for (int i = 0; i < 10; ++i) {
            // Each at a key of its own, since some of them rest afterwards.
            const slot at{"gamma:" + std::to_string(static_cast<int>(said) * 10 + i), 1};
            const auto held = leased(at);
            REQUIRE(call(held, 0, at) == call_permit::granted);
            must(tasks().work->not_started(held, 0, {said, milliseconds(0)}));
            finish(held, false);
        }
    }
    CHECK_FALSE(open_until("gamma"));
}

TEST_CASE_FIXTURE(money, "no connection and 503 count against the backend") {
    for (int i = 0; i < 10; ++i) {
        const slot at{"alpha:" + std::to_string(i), 1};
        const auto held = leased(at);
        REQUIRE(call(held, 0, at) == call_permit::granted);
        must(tasks().work->not_started(held, 0, {key_verdict::kind::cool, milliseconds(0), true}));
        finish(held, false);
    }
    CHECK(open_until("alpha"));
}

TEST_CASE_FIXTURE(money, "half open, one real task tries it over all keys") {
    open_breaker();
    advance(seconds(30));
    for (int i = 0; i < 3; ++i) {
        submit();
    }
    const auto taken = claim(3, "w1", {alpha, alphas_other});
    REQUIRE(taken.size() == 1);
    const auto held = token_of(taken[0]);
    CHECK(call(held, 0, alpha) == call_permit::granted);
    CHECK(claim(3, "w2", {alpha, alphas_other}).empty());
    answer(held);
    CHECK_FALSE(open_until("alpha"));
    CHECK(claim(3, "w2", {alpha, alphas_other}).size() == 2);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(money, "a failing trial opens it again") {
    open_breaker();
    advance(seconds(30));
    fail_one();
    CHECK(open_until("alpha") == now() + 30'000);
    CHECK_FALSE(can_claim(alpha));
}

TEST_CASE_FIXTURE(money, "a trial that never came about leaves it to the next task") {
    open_breaker();
    advance(seconds(30));
    CHECK(can_claim(alpha)); // and gave the lease back
    CHECK(can_claim(alpha));
}

TEST_CASE_FIXTURE(money, "a place that was reserved before is worth nothing while it is open") {
    const auto held = leased();
    open_breaker();
    CHECK(call(held, 0, alpha) == call_permit::no_slot);
}

TEST_CASE_FIXTURE(money, "a call that is over frees its place although its outcome is unknown") {
    const auto held = leased();
    call(held, 0, alpha);
    must(tasks().work->lost(held, 0, "HTTP 500", queue::aftermath::over));
    CHECK(in_flight("alpha:1") == 0);
    CHECK(complaints().empty());
}

} // namespace imagined::test
