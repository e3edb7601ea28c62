// What is told of tasks and of the queue without changing them.
#include "queue_fixture.hpp"

namespace imagined::test {

namespace {

struct reading : queue_fixture {};

} // namespace

TEST_CASE_FIXTURE(reading, "newest and unfinished show a caller its own, the operator all") {
    std::vector<std::string> own;
    for (int i = 0; i < 4; ++i) {
        submit(a_task().by("bob"));
        own.push_back(submit());
    }
    claim(1);
    claim(1);
    must(tasks().submission->cancel(everybody, own[3], "x"));
    const auto ids = [](const std::vector<queue::snapshot>& from) {
        std::vector<std::string> made;
        made.reserve(from.size());
        for (const auto& one : from) {
            made.push_back(one.record.id);
        }
        return made;
    };
    const scope ann{"ann", false};
    CHECK(ids(must(tasks().reading->newest(ann, 2))) == std::vector{own[3], own[2]});
    CHECK(ids(must(tasks().reading->newest(everybody, 99))).size() == 8);
    CHECK(ids(must(tasks().reading->unfinished(ann, 2))) == std::vector{own[0], own[1]});
    CHECK(ids(must(tasks().reading->unfinished(ann, 99))) == std::vector{own[0], own[1], own[2]});
    CHECK(ids(must(tasks().reading->unfinished(everybody, 99))).size() == 7);
}

TEST_CASE_FIXTURE(reading, "unfinished includes tasks that wait to be stored") {
    submit();
    const auto held = lease();
    call(held);
    answer(held);
    advance(milliseconds(15'001));
    must(tasks().work->reap(9));
    CHECK(must(tasks().reading->unfinished({"ann", false}, 9)).size() == 1);
}

TEST_CASE_FIXTURE(reading, "the figures count what stands in the queue") {
    const auto first = now();
    submit();
    advance(seconds(1));
    submit();
    submit(a_task().in("upscale/V_2"));
    submit(a_task().as_modal());
    submit(a_task().ended("{}").hooked());
    must(tasks().work->renew("w1", 5, seconds(15), {}));
    const auto stats = must(tasks().reading->stats({"alpha:1"}));
    CHECK(stats.now == now());
    CHECK(stats.waiting == 3);
    CHECK(stats.running == 0);
    CHECK(stats.modal == 1);
    CHECK(stats.outbox == 1);
    CHECK(stats.oldest_waiting == first);
    CHECK(stats.workers == 1);
    std::size_t sum = 0;
    for (const auto& [name, count] : stats.lanes) {
        sum += count;
    }
    CHECK(sum == 3);
    claim(9);
    CHECK(must(tasks().reading->stats({"alpha:1"})).slots[0].in_flight == 2);
    CHECK(must(tasks().reading->stats({})).running == 2);
}

TEST_CASE_FIXTURE(reading, "a caller's counts are of its own tasks") {
    submit(a_task().by("ann"));
    submit(a_task().by("ann"));
    submit(a_task().by("ann").as_modal());
    submit(a_task().by("bob"));
    CHECK(must(tasks().reading->counts("ann")).waiting == 2);
    CHECK(must(tasks().reading->counts("ann")).modal == 1);
    CHECK(must(tasks().reading->counts("bob")).waiting == 1);
    CHECK(must(tasks().reading->counts("nobody")).waiting == 0);
    REQUIRE(claim(4).size() == 3);
    const auto ann = must(tasks().reading->counts("ann"));
    CHECK(ann.waiting == 0);
    CHECK(ann.running == 2);
    CHECK(must(tasks().reading->counts("bob")).running == 1);
}

} // namespace imagined::test
