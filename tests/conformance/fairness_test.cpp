// Who comes next: weights, limits of callers, several lanes.
#include "queue_fixture.hpp"

#include <algorithm>
#include <map>

namespace imagined::test {

namespace {

struct fairness : queue_fixture {
    void fill(const std::string& caller, int count, const std::string& lane = lane_name) {
        for (int i = 0; i < count; ++i) {
            submit(a_task().by(caller).in(lane));
        }
    }

    // Claims and ends `count` tasks, `at_once` at a time, of the lanes in turn.
    std::map<std::string, int>
    serve(int count, std::size_t at_once = 1, std::vector<std::string> lanes = {lane_name}) {
        std::map<std::string, int> served;
        for (int i = 0; i < count; ++i) {
            const auto& lane = lanes[static_cast<std::size_t>(i) % lanes.size()];
            for (const auto& one : claim(at_once, "w1", {{"alpha:1", 1000}}, lane)) {
                ++served[one.record.caller];
                finish(token_of(one));
            }
        }
        return served;
    }
};

} // namespace

TEST_CASE_FIXTURE(fairness, "callers share by weight while all have tasks waiting") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0}, {"bob", 2, 0, 0}, {"cyd", 5, 0, 0}})
    );
    for (const auto* name : {"ann", "bob", "cyd"}) {
        fill(name, 120);
    }
    const auto served = serve(16, 10);
    CHECK(served.at("ann") == doctest::Approx(20).epsilon(0.06));
    CHECK(served.at("bob") == doctest::Approx(40).epsilon(0.06));
    CHECK(served.at("cyd") == doctest::Approx(100).epsilon(0.06));
}

TEST_CASE_FIXTURE(fairness, "weights hold over several lanes") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0}, {"bob", 3, 0, 0}}));
    for (const auto* lane : {"a", "b", "c"}) {
        fill("ann", 60, lane);
        fill("bob", 60, lane);
    }
    const auto served = serve(120, 1, {"a", "b", "c"});
    CHECK(served.at("ann") == doctest::Approx(30).epsilon(0.1));
    CHECK(served.at("bob") == doctest::Approx(90).epsilon(0.1));
}

TEST_CASE_FIXTURE(fairness, "a hundred waiting tasks of one caller do not delay another's first") {
    fill("ann", 100);
    serve(20);
    fill("bob", 1);
    CHECK(serve(2).count("bob") == 1);
}

TEST_CASE_FIXTURE(fairness, "what a caller starts in one lane counts in the others") {
    fill("ann", 40, "a");
    fill("ann", 20, "b");
    fill("bob", 20, "b");
    serve(20, 1, {"a"});
    CHECK(serve(10, 1, {"b"}).at("bob") == 10);
}

TEST_CASE_FIXTURE(fairness, "being idle earns no burst") {
    fill("bob", 1);
    fill("ann", 100);
    serve(41);
    fill("bob", 100);
    const auto served = serve(20);
    CHECK(served.at("ann") >= 9);
    CHECK(served.at("bob") >= 9);
}

TEST_CASE_FIXTURE(fairness, "a lane that was blocked for long does not turn the clock back") {
    fill("old", 1, "blocked");
    fill("ann", 60);
    serve(50);
    serve(1, 1, {"blocked"});
    fill("bob", 60);
    const auto served = serve(20);
    CHECK(served.at("ann") >= 9);
    CHECK(served.at("bob") >= 9);
}

TEST_CASE_FIXTURE(fairness, "a caller's running limit is never exceeded and lets others pass") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 2}, {"bob", 1, 0, 0}}));
    fill("ann", 5);
    fill("bob", 5);
    const auto taken = claim(10, "w1", {{"alpha:1", 1000}});
    std::map<std::string, int> running;
    for (const auto& one : taken) {
        ++running[one.record.caller];
    }
    CHECK(running["ann"] == 2);
    CHECK(running["bob"] == 5);
    const auto own = std::find_if(taken.begin(), taken.end(), [](const auto& one) {
        return one.record.caller == "ann";
    });
    finish(token_of(*own));
    CHECK(claim(10, "w1", {{"alpha:1", 1000}}).size() == 1);
}

TEST_CASE_FIXTURE(fairness, "a caller's tasks start in the order of their submits") {
    std::vector<std::string> ids;
    ids.reserve(5);
    for (int i = 0; i < 5; ++i) {
        ids.push_back(submit());
    }
    const auto held = lease();
    must(tasks().work->release(held, "", {}, "back"));
    for (const auto& id : ids) {
        CHECK(lease().id == id);
    }
}

} // namespace imagined::test
