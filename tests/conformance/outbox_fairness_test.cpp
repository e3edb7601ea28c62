// Whose callbacks are handed out: of each caller what there is room for, and of all in turn.
#include "queue_fixture.hpp"

#include <algorithm>
#include <map>

namespace imagined::test {

namespace {

struct outbox_fairness : queue_fixture {
    // `count` tasks of a caller that are owed their end.
    std::vector<std::string> owe(const std::string& caller, int count) {
        std::vector<std::string> ids;
        for (int i = 0; i < count; ++i) {
            ids.push_back(submit(a_task().by(caller).hooked().ended("{}")));
            advance(milliseconds(1));
        }
        return ids;
    }

    std::vector<queue::due_event> claim_due(std::size_t most, queue::outbox_room room) {
        return must(tasks().outbox->claim(most, seconds(30), std::move(room)));
    }

    static std::map<std::string, int> by_caller(const std::vector<queue::due_event>& events) {
        std::map<std::string, int> count;
        for (const auto& event : events) {
            ++count[event.record.caller];
        }
        return count;
    }
};

using counts = std::map<std::string, int>;

} // namespace

TEST_CASE_FIXTURE(outbox_fairness, "one that is owed much stands before nobody") {
    owe("ann", 40);
    owe("bob", 3);
    CHECK(by_caller(claim_due(10, {10})) == counts{{"ann", 7}, {"bob", 3}});
    CHECK(by_caller(claim_due(10, {10})) == counts{{"ann", 10}});
}

TEST_CASE_FIXTURE(outbox_fairness, "a caller gets no more than there is room for") {
    owe("ann", 5);
    owe("bob", 5);
    owe("cyd", 5);
    const auto got = by_caller(claim_due(100, {2, {{"ann", 0}, {"bob", 4}}}));
    CHECK(got == counts{{"bob", 4}, {"cyd", 2}});
}

TEST_CASE_FIXTURE(outbox_fairness, "each in its turn, the oldest first") {
    const auto ann = owe("ann", 3);
    owe("bob", 3);
    const auto events = claim_due(4, {4});
    CHECK(by_caller(events) == counts{{"ann", 2}, {"bob", 2}});
    std::vector<std::string> seen;
    for (const auto& event : events) {
        if (event.record.caller == "ann") {
            seen.push_back(event.record.id);
        }
    }
    CHECK(seen == std::vector<std::string>{ann[0], ann[1]});
}

TEST_CASE_FIXTURE(outbox_fairness, "where there is place for few, nobody is first for ever") {
    owe("ann", 40);
    owe("bob", 40);
    owe("cyd", 40);
    counts got;
    for (int i = 0; i < 30; ++i) {
        for (const auto& event : claim_due(1, {1})) {
            ++got[event.record.caller];
        }
        advance(milliseconds(1));
    }
    CHECK(got == counts{{"ann", 10}, {"bob", 10}, {"cyd", 10}});
}

} // namespace imagined::test
