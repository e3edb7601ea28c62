// What only Redis has of submits: the not-after time of a script, the marks by which a submit whose
// answer was lost is found again or taken back, batches, and how long a key is remembered.
#include "redis_fixture.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/base/wakeup.hpp"

#include "redis/keys.hpp"
#include "redis/library.hpp"

#include <boost/asio/this_coro.hpp>

#include <set>

namespace imagined::test {

namespace {

struct marks : redis_fixture {
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

TEST_CASE_FIXTURE(marks, "an idempotency key is remembered for a day") {
    submit(a_task().keyed("k"));
    const auto kept = raw.number({"PTTL", raw.list({"KEYS", key("idem:ann:*")}).front()});
    CHECK(kept > 86'000'000);
    CHECK(kept <= 86'400'000);
}

TEST_CASE_FIXTURE(marks, "no script changes anything after its not-after time") {
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

TEST_CASE_FIXTURE(marks, "several tasks in one script get each its own verdict") {
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

TEST_CASE_FIXTURE(marks, "submits of one turn of the loop share a script, and its failure") {
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
        CHECK(one->what == submitted::verdict::accepted);
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

TEST_CASE_FIXTURE(marks, "a submit that is repeated finds its first write by its mark") {
    const auto since = std::to_string(now() - 5000);
    const auto first = submit_by_script(submit_values("m1", "0"));
    const auto again = submit_by_script(submit_values("m1", since));
    CHECK(again == std::vector<std::string>{"ok", first[1], "0", "0", "-1"});
    CHECK(waiting() == 1);
    const auto other = submit_by_script(submit_values("m2", since));
    CHECK(other[1] != first[1]);
}

TEST_CASE_FIXTURE(marks, "a repeated submit under a reserved id finds it however old the id is") {
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

TEST_CASE_FIXTURE(marks, "withdraw takes a ghost back without a trace, its key included") {
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

TEST_CASE_FIXTURE(marks, "withdraw leaves alone what a worker has touched") {
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

TEST_CASE_FIXTURE(marks, "withdraw leaves alone what a replay has told somebody of") {
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

TEST_CASE_FIXTURE(marks, "a withdrawn success that nobody was told of leaves no callback") {
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
