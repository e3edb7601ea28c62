// The auditor complains of every seeded corruption, and lists and figures tell the truth.
#include "redis_fixture.hpp"

namespace imagined::test {

namespace {

struct audit : redis_fixture {
    std::string waiting_id = submit();
    token held;
    token caller_of_call;
    std::string done_id;
    std::string delayed_id;
    std::string modal_id = submit(a_task().as_modal());

    audit() {
        submit(a_task().in("other"));
        held = lease("other");
        submit(a_task().in("third"));
        caller_of_call = lease("third");
        call(caller_of_call);
        done_id = submit(a_task().in("fourth").hooked());
        finish(lease("fourth"));
        delayed_id = submit(a_task().in("fifth"));
        must(tasks().work->release(lease("fifth"), "", seconds(60), "x"));
        REQUIRE(complaints().empty());
    }

    // Applies one corruption and expects the auditor to name `about`.
    void spoil(const redis::arguments& command, const std::string& about) {
        const std::string what = command[0] + " " + command[1];
        CAPTURE(what);
        raw.command(command);
        const auto found = complaints();
        CHECK_FALSE(found.empty());
        const bool named = std::any_of(found.begin(), found.end(), [&](const std::string& one) {
            return one.starts_with(about);
        });
        CHECK(named);
    }

    static std::string task(const std::string& id) { return key("t:" + id); }
};

constexpr const char* ghost = "1800000000000990";

} // namespace

TEST_CASE_FIXTURE(audit, "a set that lost its task is found") {
    SUBCASE("queue") {
        spoil({"ZREM", key("q:generate/V_3|ann"), waiting_id}, waiting_id);
    }
    SUBCASE("waiting") {
        spoil({"ZREM", key("waiting"), waiting_id}, waiting_id);
    }
    SUBCASE("ring") {
        spoil({"ZREM", key("ring:generate/V_3"), "ann"}, waiting_id);
    }
    SUBCASE("lanes") {
        spoil({"SREM", key("lanes"), lane_name}, waiting_id);
    }
    SUBCASE("lease") {
        spoil({"ZREM", key("lease"), held.id}, held.id);
    }
    SUBCASE("running") {
        spoil({"SREM", key("run:ann"), held.id}, held.id);
    }
    SUBCASE("delay") {
        spoil({"ZREM", key("delay"), delayed_id}, delayed_id);
    }
    SUBCASE("modal") {
        spoil({"ZREM", key("modal"), modal_id}, modal_id);
    }
    SUBCASE("done") {
        spoil({"ZREM", key("done"), done_id}, done_id);
    }
    SUBCASE("outbox due") {
        spoil({"ZREM", key("oq:ann"), done_id}, done_id);
    }
    SUBCASE("outbox") {
        spoil({"DEL", key("o:" + done_id)}, done_id);
    }
    SUBCASE("slot") {
        spoil({"ZREM", key("slot:alpha:1"), caller_of_call.id + ":0"}, caller_of_call.id);
    }
    SUBCASE("index") {
        spoil({"SREM", key("ids:" + waiting_id + ":ann"), held.id}, held.id);
    }
    SUBCASE("part of the index") {
        spoil({"ZREM", key("idx:ann"), waiting_id}, held.id);
    }
    SUBCASE("caller") {
        spoil({"HDEL", key("callers"), "ann"}, held.id);
    }
}

TEST_CASE_FIXTURE(audit, "a set that holds a task too many is found") {
    SUBCASE("ghost waiting") {
        spoil({"ZADD", key("waiting"), "1", ghost}, ghost);
    }
    SUBCASE("ghost lease") {
        spoil({"ZADD", key("lease"), "1", ghost}, ghost);
    }
    SUBCASE("ghost running") {
        spoil({"SADD", key("run:ann"), ghost}, ghost);
    }
    SUBCASE("ghost dead letter") {
        spoil({"ZADD", key("dead"), "1", ghost}, ghost);
    }
    SUBCASE("ghost in a queue") {
        spoil({"ZADD", key("q:generate/V_3|ann"), "1", ghost}, ghost);
    }
    SUBCASE("waiting and leased") {
        spoil({"ZADD", key("lease"), "1", waiting_id}, waiting_id);
    }
    SUBCASE("waiting and delayed") {
        spoil({"ZADD", key("delay"), "1", waiting_id}, waiting_id);
    }
    SUBCASE("leased and done") {
        spoil({"ZADD", key("done"), "1", held.id}, held.id);
    }
    SUBCASE("leased and modal") {
        spoil({"ZADD", key("modal"), "1", held.id}, held.id);
    }
    SUBCASE("open and dead") {
        spoil({"ZADD", key("dead"), "1", held.id}, held.id);
    }
    SUBCASE("a place for nothing") {
        spoil({"ZADD", key("slot:alpha:1"), "1900000000000", std::string(ghost) + ":0"}, ghost);
    }
    SUBCASE("a ring without a queue") {
        spoil({"ZADD", key("ring:generate/V_3"), "1", "bob"}, lane_name);
    }
    SUBCASE("an empty lane") {
        spoil({"SADD", key("lanes"), "nowhere"}, "nowhere");
    }
    SUBCASE("a callback without hook") {
        raw.command({"RPUSH", key("o:" + held.id), "1|SUBMITTED|0%"});
        spoil({"ZADD", key("oq:ann"), "1", held.id}, held.id);
    }
    SUBCASE("ghost due") {
        spoil({"ZADD", key("oq:ann"), "1", ghost}, ghost);
    }
    SUBCASE("due for another") {
        raw.command({"HSET", key("callers"), "bob", "1|0|0"});
        spoil({"ZADD", key("oq:bob"), "1", held.id}, held.id);
    }
    SUBCASE("due where nobody looks") {
        spoil({"SREM", key("owed"), "ann"}, "ann");
    }
}

TEST_CASE_FIXTURE(audit, "a record that contradicts its place is found") {
    SUBCASE("state") {
        spoil({"HSET", task(waiting_id), "s", "leased"}, waiting_id);
    }
    SUBCASE("terminal state") {
        spoil({"HSET", task(held.id), "s", "success"}, held.id);
    }
    SUBCASE("owner") {
        spoil({"HSET", task(held.id), "c", "bob"}, held.id);
    }
    SUBCASE("token") {
        spoil({"HDEL", task(held.id), "n"}, held.id);
    }
    SUBCASE("token without lease") {
        spoil({"HSET", task(waiting_id), "n", "x"}, waiting_id);
    }
    SUBCASE("end") {
        spoil({"HDEL", task(done_id), "f"}, done_id);
    }
    SUBCASE("lane") {
        spoil({"HSET", task(waiting_id), "ql", "other"}, waiting_id);
    }
    SUBCASE("reservation") {
        spoil({"HSET", task(waiting_id), "sl", "alpha:1"}, waiting_id);
    }
    SUBCASE("gone") {
        spoil({"DEL", task(waiting_id)}, waiting_id);
    }
    SUBCASE("marker gone") {
        spoil({"DEL", key("c:" + caller_of_call.id)}, caller_of_call.id);
    }
    SUBCASE("answer gone") {
        answer(caller_of_call);
        spoil({"HDEL", key("c:" + caller_of_call.id), "a0"}, caller_of_call.id);
    }
}

TEST_CASE_FIXTURE(audit, "an audit looks beyond its first page") {
    for (int i = 0; i < 450; ++i) {
        submit();
    }
    const auto last = submit();
    CHECK(complaints().empty());
    spoil({"ZREM", key("waiting"), last}, last);
}

TEST_CASE_FIXTURE(redis_fixture, "newest looks through the parts of an index") {
    constexpr std::size_t many = 400; // in parts of 128
    std::vector<std::string> made;
    const auto reserved = must(tasks().submission->reserve_id()); // older than all, and used last
    for (std::size_t i = 0; i < many; ++i) {
        made.push_back(submit());
    }
    submit(a_task().named(reserved));
    const scope ann{"ann", false};
    const auto all = must(tasks().reading->newest(ann, 2 * many));
    REQUIRE(all.size() == many + 1);
    CHECK(all.front().record.id == made.back());
    CHECK(all.back().record.id == reserved);
    CHECK(must(tasks().reading->newest(ann, 300)).size() == 300);
    const auto middle = must(tasks().reading->newest(ann, many, {made[100], made[300]}));
    REQUIRE(middle.size() == 200);
    CHECK(middle.front().record.id == made[299]);
    CHECK(middle.back().record.id == made[100]);
    CHECK(complaints().empty());
    for (const auto& id : made) {
        must(tasks().submission->cancel(everybody, id, "x"));
    }
    advance(seconds(1));
    CHECK(must(tasks().work->forget(seconds(0), many)) == many);
    CHECK(must(tasks().reading->newest(ann, many)).size() == 1);
    CHECK(*raw.command({"ZCARD", key("idx:ann")}).integer() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(audit, "a ghost does not stop the duties") {
    for (const auto* set : {"delay", "modal", "waiting", "lease", "oq", "done"}) {
        raw.command({"ZADD", key(set), "1", ghost});
    }
    must(tasks().work->promote(9));
    must(tasks().work->reap(9));
    CHECK(due().size() == 1);
    must(tasks().work->forget(seconds(0), 9));
    CHECK(complaints().empty());
    advance(seconds(60));
    must(tasks().work->promote(9));
    CHECK(record(delayed_id).state == task::state::queued);
}

} // namespace imagined::test
