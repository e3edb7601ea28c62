// A submit whose answer is lost: found again while there is time, taken back when there is none.
#include "redis_fixture.hpp"

namespace imagined::test {

namespace {

// Executes every script, and loses the first answers of one.
class deaf_client final : public redis::client {
public:
    deaf_client(redis::client& through, std::string script, int answers)
        : through_(through), script_(std::move(script)), answers_(answers) {}

    awaitable<result<redis::reply>>
    execute(redis::arguments command, milliseconds deadline) override {
        return through_.execute(std::move(command), deadline);
    }

    awaitable<result<redis::array>>
    execute_together(std::vector<redis::arguments> commands, milliseconds deadline) override {
        return through_.execute_together(std::move(commands), deadline);
    }

    awaitable<result<redis::reply>>
    run(const redis::function& what,
        redis::arguments keys,
        redis::arguments values,
        milliseconds deadline) override {
        auto answer = co_await through_.run(what, std::move(keys), std::move(values), deadline);
        if (what.name == script_ && answers_ > 0) {
            --answers_;
            co_return failure{failure_kind::unavailable, "the answer was lost"};
        }
        co_return answer;
    }

    bool connected() const override { return true; }

    std::string trouble() const override { return {}; }

    unix_millis server_now() const override { return system_clock().now(); }

    awaitable<result<void>> measure_clock(milliseconds) override { co_return result<void>{}; }

    void close() override {}

private:
    redis::client& through_;
    std::string script_;
    int answers_;
};

struct lost_answer : redis_fixture {
    static constexpr int all = 1000;

    // Submits through a client that loses answers, then lets the background end.
    result<submitted> submit_losing(int answers, new_task task, milliseconds budget) {
        deaf_client deaf(raw, "submit", answers);
        asio::io_context context(1);
        queue::queue_options options;
        options.prefix = "test";
        const auto tasks = queue::open_redis_queue(deaf, options);
        task.caller = "ann";
        task.lane = lane_name;
        auto made = run_on<result<submitted>>(context, [&] {
            return tasks.submission->submit(task, budget);
        });
        context.restart();
        context.run();
        return made;
    }
};

} // namespace

TEST_CASE_FIXTURE(lost_answer, "a submit whose first answer is lost is accepted once") {
    const auto made = submit_losing(1, a_task(), seconds(20));
    REQUIRE(made.has_value());
    CHECK(made->what == submitted::verdict::accepted);
    CHECK(must(tasks().reading->newest(everybody, 9)).size() == 1);
    CHECK(record(made->id).state == task::state::queued);
}

TEST_CASE_FIXTURE(lost_answer, "a submit that is answered 503 leaves no task and no key") {
    const auto made = submit_losing(all, a_task().keyed("k"), seconds(1));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == failure_kind::unavailable);
    CHECK(must(tasks().reading->newest(everybody, 9)).empty());
    CHECK(raw.list({"KEYS", key("idem:*")}).empty());
    CHECK(complaints().empty());
}

TEST_CASE_FIXTURE(lost_answer, "a submit under a reserved id is taken back as well") {
    advance(-seconds(3600));
    const auto id = must(tasks().submission->reserve_id());
    const auto made = submit_losing(all, a_task().named(id), milliseconds(300));
    REQUIRE_FALSE(made.has_value());
    CHECK(must(tasks().reading->read(everybody, {id})).empty());
}

} // namespace imagined::test
