// What submit promises: the verdict, idempotency, limits without a trace, modals, and a write that
// its caller no longer waits for.
#include "queue_fixture.hpp"
#include "redis/keys.hpp"
#include "redis/library.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"

#include <boost/asio/this_coro.hpp>

#include <set>

namespace imagined::test {

namespace {

using verdict = submitted::verdict;

const std::vector<slot> alphas{{"alpha:1", 2}};

struct submitting : queue_fixture {
    void worker(std::size_t capacity, std::string name = "w1") {
        must(tasks().work->renew(std::move(name), capacity, seconds(15), {}));
    }

    // Every key but those that a refused submit may touch by reading.
    std::vector<std::string> trace() {
        auto keys = raw.list({"KEYS", "*"});
        std::sort(keys.begin(), keys.end());
        return keys;
    }

    // A script called as the client runs it, with times of the test's choice.
    redis::reply
    script(const redis::function& what, unix_millis not_after, redis::arguments values) {
        redis::arguments words{
            "FCALL",
            what.called,
            "1",
            queue::key_base("test"),
            std::to_string(now()),
            std::to_string(not_after)
        };
        words.insert(words.end(), values.begin(), values.end());
        return raw.command(words);
    }

    redis::arguments submit_values(
        std::string mark,
        std::string since,
        std::string id = "",
        std::string hash = "",
        std::string fingerprint = ""
    ) {
        const std::string rare = id + '|' + hash + '|' + fingerprint + '|' + since + "|submitted";
        return {kind(), "a cat", std::move(mark), rare, ""};
    }

    static std::string kind(bool hooked = false, std::string_view queue_limit = "100") {
        return "ann|" + std::string(lane_name) + (hooked ? "|1|" : "|0|") + "3600000|"
               + std::string(queue_limit) + "|0";
    }

    // Submits all in one turn of the loop.
    std::vector<result<submitted>> submit_together(std::vector<new_task> many) {
        for (new_task& one : many) {
            one.caller = one.caller.empty() ? "ann" : one.caller;
            one.lane = lane_name;
            one.submission = "a cat";
        }
        return run(submit_all(*tasks().submission, std::move(many)));
    }

    static awaitable<std::vector<result<submitted>>>
    submit_all(queue::submission& to, std::vector<new_task> many) {
        std::vector<result<submitted>> answers;
        answers.reserve(many.size());
        const auto on = co_await asio::this_coro::executor;
        wakeup answered(on);
        task_group group(on);
        for (const new_task& one : many) {
            group.spawn("submit", [&to, &answers, &answered, one]() -> awaitable<> {
                answers.push_back(co_await to.submit(one, seconds(1)));
                answered.ring();
            });
        }
        while (answers.size() < many.size()) {
            REQUIRE(co_await answered.wait(seconds(20)));
        }
        co_return answers;
    }

    // The verdict on the only task of a submit.
    std::vector<std::string> submit_by_script(const redis::arguments& values) {
        const auto answer = script(queue::functions().submit, 0, values);
        REQUIRE(answer.items() != nullptr);
        auto told = to_list(answer);
        REQUIRE(told.size() == 6);
        told.erase(told.begin());
        return told;
    }
};

} // namespace

TEST_CASE_FIXTURE(submitting, "code 1 needs a live worker with room and a free place") {
    const auto ask = a_task().served_by(alphas);
    CHECK_FALSE(try_submit(ask).immediate); // no worker
    claim(9);
    worker(1);
    CHECK_FALSE(try_submit(ask).immediate); // its room is taken
    worker(2);
    CHECK_FALSE(try_submit(ask).immediate); // one waits already
    CHECK(waiting() == 2);
    worker(100);
    CHECK_FALSE(try_submit(ask).immediate); // places: 2 - 1 leased - 2 ahead
    claim(9);
    CHECK_FALSE(try_submit(a_task()).immediate); // nothing can serve it
}

TEST_CASE_FIXTURE(submitting, "code 1 is given for as many tasks as there are free places") {
    worker(100);
    const auto ask = a_task().served_by(alphas);
    const auto first = try_submit(ask);
    const auto second = try_submit(ask);
    const auto third = try_submit(ask);
    CHECK(first.immediate);
    CHECK(second.immediate);
    CHECK_FALSE(third.immediate);
    CHECK(third.ahead == 2);
}

TEST_CASE_FIXTURE(submitting, "a worker that signed off, or is silent, is not a live one") {
    const auto ask = a_task().served_by({{"alpha:1", 100}});
    worker(100);
    CHECK(try_submit(ask).immediate);
    must(tasks().work->sign_off("w1"));
    CHECK_FALSE(try_submit(ask).immediate);
    worker(100);
    advance(seconds(16));
    CHECK_FALSE(try_submit(ask).immediate);
}

TEST_CASE_FIXTURE(submitting, "the same key and body give the same task for a day") {
    const auto made = try_submit(a_task().keyed("k"));
    const auto again = try_submit(a_task().keyed("k"));
    CHECK(again.what == verdict::replayed);
    CHECK(again.id == made.id);
    CHECK(waiting() == 1);
    CHECK(try_submit(a_task().keyed("k", "other")).what == verdict::key_reused);
    CHECK(try_submit(a_task().keyed("k").by("bob")).what == verdict::accepted);
    CHECK(waiting() == 2);
    const auto kept = raw.number({"PTTL", raw.list({"KEYS", key("idem:ann:*")}).front()});
    CHECK(kept > 86'000'000);
    CHECK(kept <= 86'400'000);
}

TEST_CASE_FIXTURE(submitting, "the queue limit refuses without a trace") {
    submit();
    submit();
    const auto before = trace();
    const auto full = try_submit(a_task().limited_to(2).keyed("k").by("bob"));
    CHECK(full.what == verdict::queue_full);
    CHECK(full.id.empty());
    CHECK(trace() == before);
    claim(1);
    CHECK(try_submit(a_task().limited_to(2).keyed("k").by("bob")).what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "a caller's own limit counts all its lanes and nobody else's tasks") {
    must(tasks().operating->register_callers({{"ann", 1, 2, 0}}));
    submit();
    submit(a_task().in("upscale/V_2"));
    submit(a_task().by("bob"));
    const auto before = trace();
    CHECK(try_submit(a_task().keyed("k")).what == verdict::caller_full);
    CHECK(trace() == before);
    claim(1);
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "modals have the queue's limit, ended tasks without a hook none") {
    submit(a_task().as_modal());
    CHECK(try_submit(a_task().as_modal().limited_to(1)).what == verdict::queue_full);
    CHECK(try_submit(a_task().ended("{}").limited_to(0)).what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "what ends at its submit counts while its callback is owed") {
    must(tasks().operating->register_callers({{"ann", 1, 3, 0}}));
    submit();
    submit(a_task().ended("{}").hooked());
    submit(a_task().ended("{}").hooked());
    const auto before = trace();
    const auto one_more = a_task().ended("{}").hooked().keyed("k");
    CHECK(try_submit(one_more).what == verdict::caller_full);
    CHECK(trace() == before);
    CHECK(try_submit(a_task().ended("{}")).what == verdict::accepted);
    CHECK(try_submit(a_task().ended("{}").hooked().by("bob")).what == verdict::accepted);
    // Work that is paid for has its own limit.
    CHECK(try_submit(a_task()).what == verdict::accepted);
    claim(2);
    for (const auto& event : due()) {
        must(tasks().outbox->delivered(event, ""));
    }
    CHECK(try_submit(one_more).what == verdict::accepted);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a caller without a limit has the queue's for owed callbacks") {
    const auto one = a_task().ended("{}").hooked().limited_to(2);
    submit(one);
    submit(one);
    CHECK(try_submit(one).what == verdict::queue_full);
}

TEST_CASE_FIXTURE(submitting, "a caller submits at its rate, whatever it is, and in bursts of it") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {3, seconds(60)}}}));
    submit();
    submit(a_task().ended("{}"));
    const auto modal = submit(a_task().as_modal());
    const auto before = trace();
    const auto refused = try_submit(a_task().keyed("k"));
    CHECK(refused.what == verdict::rate_limited);
    CHECK(refused.id.empty());
    CHECK(refused.retry_after == seconds(20));
    CHECK(trace() == before);
    CHECK(try_submit(a_task().by("bob")).what == verdict::accepted);
    // The answer of a modal is no submit of its own.
    const auto answered = a_task().named(modal).in(lane_name);
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::accepted
    );
    advance(milliseconds(19'999));
    CHECK(try_submit().retry_after == milliseconds(1));
    advance(milliseconds(1));
    CHECK(try_submit(a_task().keyed("k")).what == verdict::accepted);
    CHECK(try_submit().what == verdict::rate_limited);
    // A repetition makes nothing new.
    CHECK(try_submit(a_task().keyed("k")).what == verdict::replayed);
    advance(seconds(3600));
    for (int i = 0; i < 3; ++i) {
        CHECK(try_submit().what == verdict::accepted);
    }
    CHECK(try_submit().what == verdict::rate_limited);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a refused submit costs nothing of the rate") {
    must(tasks().operating->register_callers({{"ann", 1, 1, 0, {2, seconds(60)}}}));
    submit();
    for (int i = 0; i < 3; ++i) {
        CHECK(try_submit().what == verdict::caller_full);
    }
    claim(1);
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(submitting, "a rate that is raised or taken away counts at once") {
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {1, seconds(86'400)}}}));
    submit();
    CHECK(try_submit().retry_after == seconds(86'400));
    must(tasks().operating->register_callers({{"ann", 1, 0, 0, {60, seconds(60)}}}));
    CHECK(try_submit().retry_after == seconds(1));
    must(tasks().operating->register_callers({{"ann", 1, 0, 0}}));
    CHECK(try_submit().what == verdict::accepted);
}

TEST_CASE_FIXTURE(
    submitting, "a modal waits apart until its answer gives it a place and a deadline"
) {
    const auto id = submit(a_task().as_modal().hooked());
    CHECK(record(id).state == task::state::modal);
    CHECK(waiting() == 0);
    CHECK(due().empty());
    advance(seconds(600));
    worker(9);
    const auto answered = a_task().named(id).in(lane_name).saying("a dog").served_by(alphas);
    const auto made = must(tasks().submission->submit_modal({"ann", false}, answered, seconds(5)));
    CHECK(made.what == verdict::accepted);
    CHECK(made.id == id);
    CHECK(made.immediate);
    const auto taken = claim();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].submission == "a dog");
    CHECK(taken[0].record.lane == lane_name);
    CHECK(taken[0].record.deadline == now() + 3'600'000);
    CHECK(due().size() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "a modal is answered once, by those who see it, within the limits") {
    const auto id = submit(a_task().as_modal());
    const auto answered = a_task().named(id).in(lane_name);
    CHECK(
        refused(tasks().submission->submit_modal({"bob", false}, answered, seconds(5)))
        == failure_kind::not_found
    );
    submit(a_task().by("bob"));
    auto tight = a_task().named(id).in(lane_name).limited_to(1);
    CHECK(
        must(tasks().submission->submit_modal(everybody, tight, seconds(5))).what
        == verdict::queue_full
    );
    must(tasks().operating->register_callers({{"ann", 1, 1, 0}}));
    submit();
    CHECK(
        must(tasks().submission->submit_modal(everybody, answered, seconds(5))).what
        == verdict::caller_full
    );
    CHECK(record(id).state == task::state::modal);
    claim(9);
    must(tasks().submission->submit_modal(everybody, answered, seconds(5)));
    CHECK(
        refused(tasks().submission->submit_modal(everybody, answered, seconds(5)))
        == failure_kind::conflict
    );
}

TEST_CASE_FIXTURE(submitting, "the answer of a modal replays by its idempotency key") {
    const auto id = submit(a_task().as_modal());
    const auto answered = a_task().named(id).in(lane_name).keyed("m");
    const scope ann{"ann", false};
    must(tasks().submission->submit_modal(ann, answered, seconds(5)));
    CHECK(
        must(tasks().submission->submit_modal(ann, answered, seconds(5))).what == verdict::replayed
    );
    const auto other = a_task().named(id).in(lane_name).keyed("m", "other");
    CHECK(
        must(tasks().submission->submit_modal(ann, other, seconds(5))).what == verdict::key_reused
    );
    CHECK(waiting() == 1);
}

TEST_CASE_FIXTURE(submitting, "a modal nobody answers is cancelled after an hour") {
    const auto id = submit(a_task().as_modal().hooked());
    advance(seconds(3599));
    CHECK(must(tasks().work->promote(10)) == 0);
    advance(seconds(1));
    CHECK(must(tasks().work->promote(10)) == 1);
    CHECK(record(id).fail_code == task::fail_code::cancelled);
    CHECK(due().size() == 1);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "no script changes anything after its not-after time") {
    const auto id = submit();
    const auto before = raw.list({"HGETALL", key("t:" + id)});
    const auto keys = trace();
    const auto answer = script(queue::functions().submit, now() - 1, submit_values("m", "0"));
    CHECK(to_list(answer) == std::vector<std::string>{"late"});
    for (const auto* one :
         {&queue::functions().claim,
          &queue::functions().cancel,
          &queue::functions().reap,
          &queue::functions().promote,
          &queue::functions().finish,
          &queue::functions().reserve_id}) {
        CHECK(to_list(script(*one, now() - 1, {id, "", "1", "x"})).front() == "late");
    }
    CHECK(trace() == keys);
    CHECK(raw.list({"HGETALL", key("t:" + id)}) == before);
    CHECK(to_list(script(queue::functions().reserve_id, now(), {})).front() == "ok");
}

TEST_CASE_FIXTURE(submitting, "several tasks in one script get each its own verdict") {
    redis::arguments values;
    const auto add = [&values](const redis::arguments& task) {
        values.insert(values.end(), task.begin(), task.end());
    };
    const auto reserved = must(tasks().submission->reserve_id());
    add(submit_values("m1", "0", "", "hash", "f"));
    add(submit_values("m2", "0", "", "hash", "f"));     // the same again
    add(submit_values("m3", "0", "", "hash", "other")); // the key of another
    add(submit_values("m4", "0", reserved));
    add(submit_values("m5", "0", reserved)); // taken
    auto full = submit_values("m6", "0");
    full[0] = kind(false, "2");
    add(full);
    add(submit_values("m7", "0"));
    const auto answer = script(queue::functions().submit, 0, values);
    const auto flat = to_list(answer);
    REQUIRE(flat.size() == 1 + 7 * 5);
    std::vector<std::vector<std::string>> told;
    for (auto at = flat.begin() + 1; at != flat.end(); at += 5) {
        told.emplace_back(at, at + 5);
    }
    CHECK(told[0][0] == "ok");
    CHECK(told[1] == std::vector<std::string>{"replayed", told[0][1], "0", "1", "-1"});
    CHECK(told[2][0] == "key_reused");
    CHECK(told[3] == std::vector<std::string>{"ok", reserved, "0", "1", "-1"});
    CHECK(told[4][0] == "conflict");
    CHECK(told[5][0] == "queue_full");
    CHECK(told[6][0] == "ok");
    CHECK(told[6][1] > told[0][1]);
    CHECK(told[6][3] == "2");
    CHECK(waiting() == 3);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "submits of one turn of the loop share a script, and its failure") {
    raw.command({"CONFIG", "RESETSTAT"});
    std::vector<new_task> many;
    for (int i = 0; i < 100; ++i) {
        many.push_back(a_task());
    }
    many[7].caller = "bob";
    const auto answers = submit_together(many);
    std::set<std::string> ids;
    for (const auto& one : answers) {
        REQUIRE(one.has_value());
        CHECK(one->what == verdict::accepted);
        ids.insert(one->id);
    }
    CHECK(ids.size() == many.size());
    CHECK(waiting() == many.size());
    const auto stats = *raw.command({"INFO", "commandstats"}).text();
    CAPTURE(stats);
    CHECK(
        stats.find("cmdstat_fcall:calls=3,") != std::string::npos
    ); // 64 tasks, the rest, and stats
    CHECK(complaints().empty());
    raw.command({"CONFIG", "SET", "maxmemory", "1"});
    for (const auto& one : submit_together(many)) {
        CHECK_FALSE(one.has_value());
    }
    raw.command({"CONFIG", "SET", "maxmemory", "0"});
    CHECK(waiting() == many.size());
}

TEST_CASE_FIXTURE(submitting, "a submit that is repeated finds its first write by its mark") {
    const auto since = std::to_string(now() - 5000);
    const auto first = submit_by_script(submit_values("m1", "0"));
    const auto again = submit_by_script(submit_values("m1", since));
    CHECK(again == std::vector<std::string>{"ok", first[1], "0", "0", "-1"});
    CHECK(waiting() == 1);
    const auto other = submit_by_script(submit_values("m2", since));
    CHECK(other[1] != first[1]);
}

TEST_CASE_FIXTURE(
    submitting, "a repeated submit under a reserved id finds it however old the id is"
) {
    const auto id = must(tasks().submission->reserve_id());
    advance(seconds(60));
    const auto since = std::to_string(now() - 5000);
    submit_by_script(submit_values("m1", "0", id));
    claim(1);
    const auto again = submit_by_script(submit_values("m1", since, id));
    CHECK(again[0] == "ok");
    CHECK(again[1] == id);
    CHECK(record(id).state == task::state::leased);
}

TEST_CASE_FIXTURE(submitting, "withdraw takes a ghost back without a trace, its key included") {
    const auto keys = [this] {
        auto all = trace();
        std::erase_if(all, [](const std::string& name) {
            return name.ends_with("lastid") || name.ends_with("callers") || name.ends_with("fair");
        });
        return all;
    };
    const auto before = keys();
    for (const auto& given : std::vector<std::string>{"", must(tasks().submission->reserve_id())}) {
        submit_by_script(submit_values("m1", "0", given, "hash", "f"));
        advance(seconds(3));
        const auto since = std::to_string(now() - 5000);
        const auto answer =
            to_list(script(queue::functions().withdraw, 0, {"ann", "m1", since, given, "hash"}));
        CHECK(answer == std::vector<std::string>{"ok", "withdrawn"});
        CHECK(keys() == before);
        CHECK(
            to_list(script(queue::functions().withdraw, 0, {"ann", "m1", since, given, "hash"}))[1]
            == "none"
        );
    }
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "withdraw leaves alone what a worker has touched") {
    const auto made = submit_by_script(submit_values("m1", "0"));
    const auto held = lease();
    const auto since = std::to_string(now() - 5000);
    const redis::arguments ghost{"ann", "m1", since, "", ""};
    CHECK(to_list(script(queue::functions().withdraw, 0, ghost))[1] == "started");
    must(tasks().work->release(held, "", seconds(5), "x"));
    CHECK(to_list(script(queue::functions().withdraw, 0, ghost))[1] == "started");
    CHECK(record(made[1]).state == task::state::queued);
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(submitting, "withdraw leaves alone what a replay has told somebody of") {
    const auto made = submit_by_script(submit_values("m1", "0", "", "hash", "f"));
    const auto again = submit_by_script(submit_values("m2", "0", "", "hash", "f"));
    CHECK(again[0] == "replayed");
    const auto since = std::to_string(now() - 5000);
    CHECK(
        to_list(script(queue::functions().withdraw, 0, {"ann", "m1", since, "", "hash"}))[1]
        == "none"
    );
    CHECK(record(made[1]).state == task::state::queued);
}

TEST_CASE_FIXTURE(submitting, "who could claim is told before the submit has been answered") {
    std::vector<std::string> told;
    listen([&](std::string_view hint) {
        told.emplace_back(hint);
        // Not there yet: what is sent now comes behind it.
        CHECK(raw.list({"KEYS", key("t:*")}).size() + 1 == told.size());
    });
    submit();
    submit(a_task().by("bob"));
    const std::string hint = std::string("q ") + lane_name;
    CHECK(told == std::vector{hint, hint});
    new_task asks;
    asks.modal = true;
    submit(std::move(asks));
    new_task instant;
    instant.ended_view = "{}";
    submit(std::move(instant));
    CHECK(told.size() == 2); // nothing to claim
}

TEST_CASE_FIXTURE(submitting, "a withdrawn success that nobody was told of leaves no callback") {
    auto values = submit_values("m1", "0");
    values[0] = kind(true);
    values[4] = "{}";
    script(queue::functions().submit, 0, values);
    const auto since = std::to_string(now() - 5000);
    CHECK(
        to_list(script(queue::functions().withdraw, 0, {"ann", "m1", since, "", ""}))[1]
        == "withdrawn"
    );
    CHECK(due().empty());
    script(queue::functions().submit, 0, values);
    CHECK(due().size() == 1); // under way
    CHECK(
        to_list(script(queue::functions().withdraw, 0, {"ann", "m1", since, "", ""}))[1]
        == "started"
    );
    CHECK(complaints().empty());
}

} // namespace imagined::test
