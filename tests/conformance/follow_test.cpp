// What watchers read: a task with what happened since they last looked, its place in the queue, and
// pages of the index.
#include "queue_fixture.hpp"

#include <map>
#include <optional>

namespace imagined::test {

namespace {

struct following : queue_fixture {
    std::optional<queue::followed>
    follow(const std::string& id, std::optional<std::uint64_t> known = {}, scope who = everybody) {
        return must(tasks().reading->follow({{id, std::move(who), known}})).front();
    }

    std::optional<std::size_t> ahead(const std::string& id) { return follow(id)->ahead; }

    void weigh(const std::string& caller, int weight) {
        must(tasks().operating->register_callers({{caller, weight, 0, 0}}));
    }
};

std::vector<std::string> ids_of(const std::vector<queue::snapshot>& tasks) {
    std::vector<std::string> ids;
    for (const auto& one : tasks) {
        ids.push_back(one.record.id);
    }
    return ids;
}

std::vector<task::event_kind> kinds_of(const queue::followed& task) {
    std::vector<task::event_kind> kinds;
    for (const auto& event : task.events) {
        kinds.push_back(event.what.kind);
    }
    return kinds;
}

} // namespace

TEST_CASE_FIXTURE(following, "who knows nothing is told everything, who knows a part the rest") {
    const auto id = submit();
    CHECK(kinds_of(*follow(id, 0)) == std::vector{task::event_kind::submitted});
    const auto held = lease();
    call(held);
    answer(held);
    finish(held);
    const auto whole = follow(id, 0);
    REQUIRE(whole->events.size() == 5);
    CHECK(whole->events.front().sequence == 1);
    CHECK(whole->events.back().sequence == whole->task.record.sequence);
    CHECK(whole->task.record.state == task::state::success);
    CHECK(!whole->task.view.empty());
    const auto rest = follow(id, 3);
    REQUIRE(rest->events.size() == 2);
    CHECK(rest->events.front().sequence == 4);
    CHECK(follow(id, 5)->events.empty());
    CHECK(follow(id)->events.empty());
}

TEST_CASE_FIXTURE(following, "answers stand where they were asked for; strangers see nothing") {
    const auto mine = submit(a_task().by("ann"));
    const auto other = submit(a_task().by("bob"));
    const scope ann{"ann", false};
    const auto told =
        must(tasks().reading->follow({{other, ann, 0U}, {"1", ann, 0U}, {mine, ann, 0U}}));
    REQUIRE(told.size() == 3);
    CHECK_FALSE(told[0]);
    CHECK_FALSE(told[1]);
    REQUIRE(told[2]);
    CHECK(told[2]->task.record.id == mine);
}

TEST_CASE_FIXTURE(following, "one caller's tasks stand one behind the other") {
    const auto first = submit();
    const auto second = submit();
    const auto third = submit();
    CHECK(ahead(first) == 0);
    CHECK(ahead(third) == 2);
    lease();
    CHECK_FALSE(ahead(first));
    CHECK(ahead(second) == 0);
    CHECK(ahead(third) == 1);
}

TEST_CASE_FIXTURE(following, "the place of a task counts fair shares, as claims then take them") {
    weigh("ann", 1);
    weigh("bob", 3);
    std::vector<std::string> placed;
    for (int i = 0; i < 12; ++i) {
        placed.push_back(submit(a_task().by("ann")));
    }
    for (int i = 0; i < 12; ++i) {
        placed.push_back(submit(a_task().by("bob")));
    }
    std::map<std::string, std::size_t> foretold;
    for (const auto& id : placed) {
        foretold[id] = *ahead(id);
    }
    const auto taken = claim(24, "w1", {{"alpha:1", 100}});
    REQUIRE(taken.size() == 24);
    for (std::size_t at = 0; at < taken.size(); ++at) {
        const auto& id = taken[at].record.id;
        CAPTURE(at);
        // A tie of virtual times may go either way.
        CHECK(foretold[id] <= at + 1);
        CHECK(foretold[id] + 1 >= at);
    }
}

TEST_CASE_FIXTURE(following, "a lane is its own queue, and a delayed task stands in none") {
    const auto here = submit();
    const auto there = submit(a_task().in("upscale/V_2"));
    CHECK(ahead(here) == 0);
    CHECK(ahead(there) == 0);
    const auto held = lease();
    must(tasks().work->release(held, lane_name, seconds(10), "all keys are busy"));
    CHECK_FALSE(ahead(here));
    CHECK(record(here).state == task::state::queued);
}

TEST_CASE_FIXTURE(following, "pages of the index follow one another without gap or repetition") {
    std::vector<std::string> placed;
    for (int i = 0; i < 7; ++i) {
        placed.push_back(submit(a_task().by(i % 2 == 0 ? "ann" : "bob")));
        advance(seconds(1));
    }
    const std::vector<std::string> newest_first(placed.rbegin(), placed.rend());
    std::vector<std::string> seen;
    for (std::string before; seen.size() < placed.size();) {
        const auto page = ids_of(must(tasks().reading->newest(everybody, 3, {"", before})));
        REQUIRE(!page.empty());
        seen.insert(seen.end(), page.begin(), page.end());
        before = page.back();
    }
    CHECK(seen == newest_first);
    CHECK(must(tasks().reading->newest(everybody, 3, {"", placed.front()})).empty());
    CHECK(
        ids_of(must(tasks().reading->newest({"bob", false}, 9)))
        == std::vector<std::string>{placed[5], placed[3], placed[1]}
    );
    CHECK(
        ids_of(must(tasks().reading->newest(everybody, 9, {placed[4], placed[6]})))
        == std::vector<std::string>{placed[5], placed[4]}
    );
}

TEST_CASE_FIXTURE(following, "a submit tells what is left of its caller's limit") {
    must(tasks().operating->register_callers({{"ann", 1, 2, 0}}));
    CHECK(try_submit(a_task().by("ann")).caller_left == 1U);
    CHECK(try_submit(a_task().by("ann")).caller_left == 0U);
    const auto refused = try_submit(a_task().by("ann"));
    CHECK(refused.what == submitted::verdict::caller_full);
    CHECK(refused.caller_left == 0U);
    CHECK_FALSE(try_submit(a_task().by("bob")).caller_left);
}

TEST_CASE_FIXTURE(following, "the figures tell how long calls take") {
    CHECK(must(tasks().reading->stats({})).durations_ms.empty());
    submit();
    const auto held = lease();
    call(held);
    advance(seconds(4));
    answer(held);
    const auto told = must(tasks().reading->stats({})).durations_ms;
    REQUIRE(told.size() == 1);
    CHECK(told.front().second == 4000);
}

} // namespace imagined::test
