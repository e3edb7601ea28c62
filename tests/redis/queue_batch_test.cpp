// What several tasks ask of one script in one turn of the loop: one call, and each its own verdict.
#include "redis_fixture.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"

#include <boost/asio/this_coro.hpp>

namespace imagined::test {

namespace {

struct batch : redis_fixture {
    // Does the same with each token in one turn of the loop; the answers by their place.
    template <class Answer>
    std::vector<std::optional<Answer>>
    together(const std::vector<token>& held, std::function<awaitable<Answer>(token)> verb) {
        return run(all_of<Answer>(held, std::move(verb)));
    }

    template <class Answer>
    static awaitable<std::vector<std::optional<Answer>>>
    all_of(std::vector<token> held, std::function<awaitable<Answer>(token)> verb) {
        std::vector<std::optional<Answer>> answers(held.size());
        const auto on = co_await asio::this_coro::executor;
        wakeup answered(on);
        task_group group(on);
        std::size_t left = held.size();
        for (std::size_t i = 0; i < held.size(); ++i) {
            group.spawn("verb", [&, i]() -> awaitable<> {
                answers[i] = co_await verb(held[i]);
                --left;
                answered.ring();
            });
        }
        while (left > 0) {
            REQUIRE(co_await answered.wait(seconds(20)));
        }
        co_return answers;
    }

    // Scripts that were called since the last count.
    std::int64_t scripts() {
        const auto stats = *raw.command({"INFO", "commandstats"}).text();
        raw.command({"CONFIG", "RESETSTAT"});
        const std::string name = "cmdstat_fcall:calls=";
        const auto at = stats.find(name);
        return at == std::string::npos ? 0 : std::stoll(stats.substr(at + name.size()));
    }

    std::vector<token> lease_four() {
        for (int i = 0; i < 4; ++i) {
            submit(a_task().hooked());
        }
        std::vector<token> held;
        for (const auto& one : claim(4, "w1", {{"alpha:1", 9}})) {
            held.push_back(token_of(one));
        }
        REQUIRE(held.size() == 4);
        held[2].nonce = "another";
        return held;
    }
};

} // namespace

TEST_CASE_FIXTURE(batch, "calls, answers and ends of one turn share a script each") {
    const auto held = lease_four();
    scripts();
    const auto granted = together<result<queue::call_grant>>(held, [&](token one) {
        call_marker marker;
        marker.backend = "alpha";
        marker.slot = {"alpha:1", 9};
        marker.duration_key = "generate/V_3/DEFAULT";
        return tasks().work->calling(std::move(one), std::move(marker));
    });
    CHECK(scripts() == 1);
    CHECK(granted[0]->has_value());
    CHECK(in_flight("alpha:1") == 4); // three calls, and what is reserved for the other
    CHECK(granted[2]->error().kind == failure_kind::conflict);
    scripts();
    const auto stored = together<result<void>>(held, [&](token one) {
        return tasks().work->stored(std::move(one), 0, "paid", true, 5);
    });
    CHECK(stored[0]->has_value());
    CHECK(scripts() == 2); // and the stale one is offered by adopt
    CHECK(stored[2]->error().kind == failure_kind::conflict);
    const auto ended = together<result<std::optional<queue::event_lease>>>(held, [&](token one) {
        queue::ending how;
        how.success = true;
        how.view = "{}";
        how.event = {task::event_kind::stored, {"1"}};
        how.billed = "yes";
        return tasks().work->finish(std::move(one), std::move(how));
    });
    CHECK(scripts() == 1);
    CHECK(ended[3]->has_value());
    CHECK(ended[2]->error().kind == failure_kind::conflict);
    CHECK(record(held[2].id).state == task::state::leased);
    CHECK(record(held[3].id).state == task::state::success);
    CHECK(must(tasks().reading->stats({})).spent_micros_today == 15);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(batch, "a key's places are not taken twice in one turn") {
    const auto held = lease_four();
    const auto granted = together<result<queue::call_grant>>(held, [&](token one) {
        call_marker marker;
        marker.backend = "beta";
        marker.slot = {"beta:1", 2};
        marker.duration_key = "generate/V_3/DEFAULT";
        return tasks().work->calling(std::move(one), std::move(marker));
    });
    int given = 0;
    for (const auto& one : granted) {
        given += one->has_value() && (*one)->what == call_permit::granted ? 1 : 0;
    }
    CHECK(given == 2);
    CHECK(in_flight("beta:1") == 2);
    CHECK(complaints().empty());
}

} // namespace imagined::test
