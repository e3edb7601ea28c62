// What processes of the version before left in Redis, or still write there.
#include "redis_fixture.hpp"

namespace imagined::test {

namespace {

struct earlier_version : redis_fixture {
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

    queue::claimed claim_at(const slot& at, const std::string& lane) {
        submit(a_task().in(lane));
        const auto taken = claim(1, "w1", {at}, lane);
        REQUIRE(taken.size() == 1);
        return taken.front();
    }

    // As the version before this one kept them.
    void move_back() {
        for (const auto& caller : {"ann", "bob"}) {
            const auto flat = raw.list({"ZRANGE", key("oq:") + caller, "0", "-1", "WITHSCORES"});
            for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
                raw.command({"ZADD", key("oq"), flat[i + 1], flat[i]});
            }
            raw.command({"DEL", key("oq:") + caller});
        }
        raw.command({"DEL", key("owed")});
    }
};

} // namespace

TEST_CASE_FIXTURE(earlier_version, "who is owed nothing any more is looked at no more") {
    owe("ann", 1);
    CHECK(raw.list({"SMEMBERS", key("owed")}) == std::vector<std::string>{"ann"});
    for (const auto& event : claim_due(9, {9})) {
        must(tasks().outbox->delivered(event, ""));
    }
    CHECK(claim_due(9, {9}).empty());
    CHECK(raw.list({"SMEMBERS", key("owed")}).empty());
    CHECK(must(tasks().reading->stats({})).outbox == 0);
}

TEST_CASE_FIXTURE(earlier_version, "what the version before kept in one set is delivered") {
    const auto ann = owe("ann", 2);
    owe("bob", 1);
    move_back();
    CHECK(must(tasks().reading->stats({})).outbox == 3);
    CHECK(complaints().empty());
    advance(seconds(1));
    CHECK(refused(tasks().operating->replay_callback(ann[0])) == failure_kind::conflict);
    CHECK(must(tasks().work->forget(seconds(0), 9)) == 0);
    const auto events = claim_due(9, {9});
    CHECK(events.size() == 3);
    CHECK(*raw.command({"EXISTS", key("oq")}).integer() == 0);
    for (const auto& event : events) {
        must(tasks().outbox->delivered(event, ""));
    }
    CHECK(must(tasks().reading->stats({})).outbox == 0);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(earlier_version, "a lease of its is not cut short") {
    const auto ann = owe("ann", 1);
    const auto events = claim_due(1, {1});
    REQUIRE(events.size() == 1);
    move_back();
    CHECK(claim_due(1, {1}).empty());
    must(tasks().outbox->failed(events[0], seconds(5), "500"));
    CHECK(claim_due(1, {1}).empty());
    advance(seconds(6));
    CHECK(claim_due(1, {1}).size() == 1);
}

TEST_CASE_FIXTURE(earlier_version, "places that it took are counted by their markers") {
    const std::string fours = "generate/V_3/4";
    const auto key_for = [](int asks) { return slot{"org:1", 100, "org", 10, asks}; };
    std::vector<token> two;
    for (int i = 0; i < 2; ++i) {
        two.push_back(token_of(claim_at(key_for(4), fours)));
        call_marker marker;
        marker.slot = key_for(4);
        marker.count = 4;
        REQUIRE(must(tasks().work->calling(two.back(), marker)).what == call_permit::granted);
    }
    // It knew neither groups nor how many pictures a reservation is for.
    raw.command({"DEL", key("places")});
    const auto reserved = claim_at({"org:2", 100}, fours);
    raw.command({"HDEL", key("t:" + reserved.record.id), "sn"});
    raw.command({"DEL", key("places")});
    const std::string singles = "generate/V_3/1";
    for (int i = 0; i < 3; ++i) {
        submit(a_task().in(singles));
    }
    const std::vector<slot> both{key_for(1), {"org:2", 100, "org", 10, 1}};
    CHECK(claim(9, "w1", both, singles).size() == 1);
    const auto pictures = [this] {
        return must(tasks().reading->stats({"org:1"})).slots.front().group_pictures;
    };
    CHECK(pictures() == 10);
    answer(two[0]);
    CHECK(pictures() == 6);
    CHECK(complaints().empty());
}

} // namespace imagined::test
