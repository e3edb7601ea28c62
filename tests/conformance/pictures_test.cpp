// Places are pictures: a call takes as many as it asks for, in a group of keys, over all processes;
// what an upstream says of its own limit is learnt.
#include "queue_fixture.hpp"

#include <algorithm>

namespace imagined::test {

namespace {

using kind = key_verdict::kind;

constexpr int ten = 10;
constexpr milliseconds ten_minutes{600'000};

slot key_of(int n, int asks) {
    return {"org:" + std::to_string(n), 100, "org", ten, asks};
}

const std::string fours = "generate/V_3/4";
const std::string singles = "generate/V_3/1";

struct pictures : queue_fixture {
    void submit_many(int count, const std::string& lane) {
        for (int i = 0; i < count; ++i) {
            submit(a_task().in(lane));
        }
    }

    std::vector<queue::claimed> take(std::vector<queue::lane> lanes) {
        return must(tasks().work->claim("w1", 100, seconds(15), std::move(lanes))).tasks;
    }

    call_permit begin(const queue::claimed& one, slot at, int count, int index = 0) {
        return begin(token_of(one), std::move(at), count, index);
    }

    call_permit begin(token held, slot at, int count, int index = 0) {
        call_marker marker;
        marker.index = index;
        marker.slot = std::move(at);
        marker.count = count;
        marker.duration_key = "generate/V_3/DEFAULT";
        const auto told = must(tasks().work->calling(std::move(held), std::move(marker)));
        most = told.most_pictures;
        return told.what;
    }

    // Tasks whose call of four is in flight.
    std::vector<queue::claimed> calling_fours(int count, const slot& at) {
        submit_many(count, fours);
        auto taken = take({{fours, {at}}});
        REQUIRE(taken.size() == static_cast<std::size_t>(count));
        for (const auto& one : taken) {
            REQUIRE(begin(one, at, 4) == call_permit::granted);
        }
        return taken;
    }

    void refuse(const queue::claimed& one, int named) {
        key_verdict full;
        full.what = kind::full;
        full.allowed_pictures = named;
        must(tasks().work->not_started(token_of(one), 0, full));
    }

    queue::slot_state state(const std::string& name = "org:1") {
        return must(tasks().reading->stats({name})).slots.front();
    }

    int most = 0;
};

} // namespace

TEST_CASE_FIXTURE(pictures, "of ten places calls of four leave two, single ones none") {
    submit_many(5, fours);
    CHECK(take({{fours, {key_of(1, 4)}}}).size() == 2);
    CHECK(state().group_pictures == 8);
    submit_many(5, singles);
    CHECK(take({{singles, {key_of(1, 1)}}}).size() == 2);
    CHECK(state().group_pictures == ten);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(pictures, "single calls use all places") {
    submit_many(20, singles);
    CHECK(take({{singles, {key_of(1, 1)}}}).size() == ten);
}

TEST_CASE_FIXTURE(pictures, "keys of one group share its pictures and its calls") {
    submit_many(9, fours);
    CHECK(take({{fours, {key_of(1, 4)}}}).size() == 2);
    CHECK(take({{fours, {key_of(2, 4)}}}).empty());
    const slot narrow{"two:1", 2, "two", 0, 1};
    const slot same{"two:2", 2, "two", 0, 1};
    submit_many(9, singles);
    CHECK(take({{singles, {narrow, same}}}).size() == 2);
    CHECK(take({{singles, {same}}}).empty());
    CHECK(state("two:2").group_calls == 2);
}

TEST_CASE_FIXTURE(pictures, "a submit counts the room of a group once") {
    (void)must(tasks().work->renew("w1", 100, seconds(15), {}));
    const std::vector<slot> both{key_of(1, 4), key_of(2, 4)};
    CHECK(try_submit(a_task().in(fours).served_by(both)).immediate);
    CHECK(try_submit(a_task().in(fours).served_by(both)).immediate);
    CHECK_FALSE(try_submit(a_task().in(fours).served_by(both)).immediate);
}

TEST_CASE_FIXTURE(pictures, "an answer gives all its places back, once") {
    const auto two = calling_fours(2, key_of(1, 4));
    answer(token_of(two[0]));
    CHECK(state().group_pictures == 4);
    answer(token_of(two[0]));
    CHECK(state().group_pictures == 4);
    finish(token_of(two[0]));
    CHECK(state().group_pictures == 4);
    advance(seconds(181));
    CHECK(state().group_pictures == 0);
}

TEST_CASE_FIXTURE(pictures, "a call that asks for more than the limit is to be split") {
    const slot two{"org:1", 100, "org", 2, 4};
    submit(a_task().in(fours));
    const auto taken = take({{fours, {two}}});
    REQUIRE(taken.size() == 1);
    CHECK(state().group_pictures == 2); // the reservation is cut
    CHECK(begin(taken[0], two, 4) == call_permit::split);
    CHECK(most == 2);
    CHECK(begin(taken[0], two, 2) == call_permit::granted);
    CHECK(begin(taken[0], two, 2, 1) == call_permit::no_slot);
    answer(token_of(taken[0]), 0, false);
    CHECK(begin(taken[0], two, 2, 1) == call_permit::granted);
}

TEST_CASE_FIXTURE(pictures, "a call smaller than its reservation leaves the rest to others") {
    submit_many(2, fours);
    const auto taken = take({{fours, {key_of(1, 4)}}});
    CHECK(begin(taken[0], key_of(1, 4), 1) == call_permit::granted);
    CHECK(state().group_pictures == 5);
}

TEST_CASE_FIXTURE(pictures, "a large call does not starve behind small ones") {
    submit_many(9, singles);
    const auto running = take({{singles, {key_of(1, 1)}}});
    REQUIRE(running.size() == 9);
    for (const auto& one : running) {
        REQUIRE(begin(one, key_of(1, 1), 1) == call_permit::granted);
    }
    const auto large = submit(a_task().in(fours));
    submit_many(50, singles);
    const std::vector<queue::lane> both{{singles, {key_of(1, 1)}}, {fours, {key_of(1, 4)}}};
    std::vector<std::string> began;
    for (const auto& one : running) {
        answer(token_of(one));
        for (const auto& next : take(both)) {
            began.push_back(next.record.id);
        }
    }
    CHECK(std::find(began.begin(), began.end(), large) != began.end());
    CHECK(state().group_pictures == ten);
}

TEST_CASE_FIXTURE(pictures, "a further call of a running task waits behind a large one, too") {
    submit(a_task().in(singles));
    const auto small = take({{singles, {key_of(1, 1)}}});
    REQUIRE(begin(small[0], key_of(1, 1), 1) == call_permit::granted);
    const auto two = calling_fours(2, key_of(1, 4));
    submit(a_task().in(fours));
    REQUIRE(take({{fours, {key_of(1, 4)}}}).empty());
    answer(token_of(two[0]), 0, false);
    answer(token_of(two[1]), 0, false);
    // Nine are free, and four of them are waited for.
    for (int index = 1; index < 6; ++index) {
        CHECK(begin(small[0], key_of(1, 1), 1, index) == call_permit::granted);
    }
    CHECK(begin(small[0], key_of(1, 1), 1, 6) == call_permit::no_slot);
    REQUIRE(take({{fours, {key_of(1, 4)}}}).size() == 1);
    CHECK(state().group_pictures == ten);
}

TEST_CASE_FIXTURE(pictures, "nor do small ones behind large ones that need every place") {
    const slot four{"org:1", 100, "org", 4, 4};
    const slot one{"org:1", 100, "org", 4, 1};
    submit(a_task().in(fours));
    const auto running = take({{fours, {four}}});
    REQUIRE(begin(running[0], four, 4) == call_permit::granted);
    const auto small = submit(a_task().in(singles).by("bob"));
    submit_many(9, fours);
    const std::vector<queue::lane> both{{fours, {four}}, {singles, {one}}};
    CHECK(take(both).empty());
    answer(token_of(running[0]));
    const auto next = take(both);
    REQUIRE(next.size() == 1);
    CHECK(next[0].record.id == small);
}

TEST_CASE_FIXTURE(pictures, "an upstream that names a lower limit is believed") {
    const auto two = calling_fours(2, key_of(1, 4));
    refuse(two[1], 6);
    CHECK(state().lowered_pictures == 6);
    CHECK(state().cooling_until == 0);
    CHECK(state().resting_until == 0);
    submit_many(3, fours);
    CHECK(take({{fours, {key_of(2, 4)}}}).empty()); // 4 of 6
    answer(token_of(two[0]));
    CHECK(take({{fours, {key_of(2, 4)}}}).size() == 1);
}

TEST_CASE_FIXTURE(pictures, "one that names none is believed to take what is in progress") {
    const auto three = calling_fours(3, {"relay:1", 100, "", 0, 4});
    refuse(three[2], 0);
    CHECK(state("relay:1").lowered_pictures == 8);
    submit(a_task().in(fours));
    CHECK(take({{fours, {{"relay:1", 100, "", 0, 4}}}}).empty());
    refuse(three[1], 0); // was out already
    CHECK(state("relay:1").lowered_pictures == 4);
    CHECK(state("relay:1").resting_until == 0);
}

TEST_CASE_FIXTURE(
    pictures, "a lowered limit rises by one every ten minutes, up to the configured"
) {
    const auto two = calling_fours(2, key_of(1, 4));
    refuse(two[1], 8);
    advance(ten_minutes - milliseconds(1));
    CHECK(state().lowered_pictures == 8);
    advance(milliseconds(1));
    CHECK(state().lowered_pictures == 9);
    advance(ten_minutes);
    CHECK(state().lowered_pictures == 0);
}

TEST_CASE_FIXTURE(pictures, "where others fill the organisation its group rests, ever longer") {
    std::int64_t pause = 1000;
    for (int round = 0; round < 8; ++round) {
        submit(a_task().in(fours));
        const auto one = claim(1, "w1", {key_of(1, 4)}, fours);
        REQUIRE(one.size() == 1);
        REQUIRE(begin(one[0], key_of(1, 4), 4) == call_permit::granted);
        refuse(one[0], ten);
        CHECK(state().resting_until == now() + pause);
        CHECK(state().cooling_until == 0);
        finish(token_of(one[0]), false);
        submit(a_task().in(fours));
        CHECK(take({{fours, {key_of(2, 4)}}}).empty());
        set_time(now() + pause);
        pause = std::min<std::int64_t>(60'000, pause * 2);
    }
    const auto one = claim(1, "w1", {key_of(1, 4)}, fours);
    REQUIRE(begin(one[0], key_of(1, 4), 4) == call_permit::granted);
    answer(token_of(one[0]), 0, false);
    REQUIRE(begin(one[0], key_of(1, 4), 4, 1) == call_permit::granted);
    key_verdict full;
    full.what = kind::full;
    full.allowed_pictures = ten;
    must(tasks().work->not_started(token_of(one[0]), 1, full));
    CHECK(state().resting_until == now() + 1000);
}

TEST_CASE_FIXTURE(pictures, "what an operator resets forgets what was learnt") {
    const auto two = calling_fours(2, key_of(1, 4));
    refuse(two[1], 5);
    must(tasks().operating->reset_channel("me", "org", "org", {"org:1", "org:2"}));
    CHECK(state().lowered_pictures == 0);
}

TEST_CASE_FIXTURE(pictures, "an operator's limit of one key bounds that key") {
    (void)must(tasks().operating->switch_channel("me", {.name = "org:1", .pause = {}, .limit = 1}));
    submit_many(9, singles);
    CHECK(take({{singles, {key_of(1, 1), key_of(2, 1)}}}).size() == 9);
    CHECK(in_flight("org:1") == 1);
}

} // namespace imagined::test
