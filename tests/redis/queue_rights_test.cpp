// A user of Redis who may not do all that the functions do: found out by the probe, and no verb is
// done by half.
#include "redis/library.hpp"
#include "redis_fixture.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace imagined::test {

namespace {

struct rights : redis_fixture {
    void change(const std::string& rule) { raw.command({"ACL", "SETUSER", "default", rule}); }

    ~rights() {
        change("allkeys");
        change("allchannels");
        change("+@all");
    }

    failure probe() {
        const auto answer = run(tasks().operating->probe());
        REQUIRE(!answer);
        return answer.error();
    }

    std::vector<std::string> dump() {
        auto keys = raw.list({"KEYS", "*"});
        std::sort(keys.begin(), keys.end());
        std::vector<std::string> all;
        for (const auto& name : keys) {
            all.push_back(name);
            all.push_back(raw.text({"DUMP", name}));
        }
        return all;
    }
};

// Every command that stands in the library.
std::set<std::string> commands_used() {
    const std::string& text = queue::functions().probe.from->source;
    const std::regex named(R"((?:call|gather|gathering)\('([A-Z]+)')");
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), named), end; at != end; ++at) {
        found.insert((*at)[1]);
    }
    return found;
}

} // namespace

TEST_CASE_FIXTURE(
    rights, "the probe names whatever right the functions need and their user lacks"
) {
    must(tasks().operating->probe());
    const auto used = commands_used();
    CHECK(used.size() > 30);
    for (const auto& name : used) {
        CAPTURE(name);
        change("-" + name);
        const auto why = probe();
        change("+" + name);
        CHECK(why.kind == failure_kind::rejected);
        const bool tells = name == "PUBLISH";
        CHECK(
            why.detail.find(tells ? "publish to test:{0}:hint" : "run " + name) != why.detail.npos
        );
    }
    must(tasks().operating->probe());
}

TEST_CASE_FIXTURE(rights, "rights to our keys and channels alone are enough, and needed") {
    change("resetkeys");
    change("~test:*");
    change("resetchannels");
    change("&test:*");
    must(tasks().operating->probe());
    change("resetkeys");
    change("~test:{0}:");
    CHECK(probe().kind == failure_kind::rejected);
}

TEST_CASE_FIXTURE(rights, "without the right to publish every verb is done whole, and it is told") {
    change("resetchannels");
    const auto why = probe();
    CHECK(why.kind == failure_kind::rejected);
    CHECK(why.detail.find("publish to test:{0}:hint") != std::string::npos);
    const auto id = submit(a_task().hooked());
    const auto held = lease();
    CHECK(call(held) == call_permit::granted);
    answer(held);
    finish(held);
    CHECK(record(id).state == task::state::success);
    for (auto owed = due(); !owed.empty(); owed = due()) {
        must(tasks().outbox->delivered(owed.front(), "200"));
    }
    must(tasks().operating->replay_callback(id));
    CHECK(complaints().empty());
    change("&test:*");
    must(tasks().operating->probe());
}

TEST_CASE_FIXTURE(rights, "when a kind of data is taken from the user no verb is done by half") {
    const auto waiting = submit(a_task().hooked());
    const auto held = lease();
    CHECK(call(held) == call_permit::granted);
    submit(a_task().as_modal());
    const auto due_events = due(1);
    REQUIRE(due_events.size() == 1);
    advance(std::chrono::hours(2)); // the lease has run out, the modal is unanswered
    queue::ending won;
    won.success = true;
    won.view = "{}";
    const auto before = dump();
    for (const char* kind : {"hash", "list", "set", "sortedset", "string"}) {
        CAPTURE(kind);
        change(std::string("-@") + kind);
        CHECK(
            refused(tasks().submission->submit(a_task(), milliseconds(100)))
            == failure_kind::unavailable
        );
        CHECK(
            refused(tasks().submission->cancel(everybody, waiting, "why"))
            == failure_kind::unavailable
        );
        CHECK(
            refused(tasks().work->claim("w2", 9, seconds(1), {{lane_name, {{"alpha:1", 2}}}}))
            == failure_kind::unavailable
        );
        CHECK(refused(tasks().work->stored(held, 0, "a", true, 1)) == failure_kind::unavailable);
        CHECK(refused(tasks().work->adopt(held, 0, "a", 1)) == failure_kind::unavailable);
        CHECK(refused(tasks().work->lost(held, 0, "why")) == failure_kind::unavailable);
        CHECK(refused(tasks().work->not_started(held, 0, {})) == failure_kind::unavailable);
        CHECK(refused(tasks().work->finish(held, won)) == failure_kind::unavailable);
        CHECK(
            refused(tasks().work->release(held, "", milliseconds(0), "why"))
            == failure_kind::unavailable
        );
        CHECK(refused(tasks().work->reap(9)) == failure_kind::unavailable);
        CHECK(refused(tasks().work->promote(9)) == failure_kind::unavailable);
        CHECK(
            refused(tasks().outbox->failed(due_events[0], std::nullopt, "500"))
            == failure_kind::unavailable
        );
        CHECK(refused(tasks().outbox->gone(due_events[0], "410")) == failure_kind::unavailable);
        change("+@all");
        CHECK(dump() == before);
    }
}

} // namespace imagined::test
