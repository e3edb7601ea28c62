// Many requests that wait, one reader: what is asked of the queue, and when each is told.
#include "live/completion_waiter.hpp"
#include "tests/support/memory_queue/memory_queue.hpp"
#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace imagined;
using namespace imagined::test;
using api::completion_waiter;

namespace {

struct waiting_hall {
    explicit waiting_hall(milliseconds look_again = std::chrono::hours(1))
        : waiter({tasks, hub, [this] { return draining; }}, look_again) {}

    std::string add_task() {
        queue::new_task task;
        task.submission = "{}";
        task.lane = "generate/V_3";
        return run_on<std::string>(context, [&]() -> awaitable<std::string> {
            auto made = co_await tasks.submit(std::move(task), milliseconds(1000));
            co_return made->id;
        });
    }

    // Waits for the end of the task; a request's own coroutine.
    void enter(const std::string& id, std::optional<milliseconds> limit = {}) {
        guests.spawn("guest", [this, id, limit] { return wait_for(id, limit); });
    }

    awaitable<> wait_for(std::string id, std::optional<milliseconds> limit) {
        completion_waiter::wish wish;
        wish.id = id;
        wish.fulfilled = [](const queue::snapshot& task) {
            return task::is_terminal(task.record.state);
        };
        wish.leaves = [this](const completion_waiter::latest&) { return draining; };
        wish.limit = limit;
        answers.push_back(co_await waiter.wait(std::move(wish)));
    }

    // Until so many have their answer, or `limit` has passed.
    void run_until(std::size_t count, milliseconds limit = seconds(30)) {
        run_on(context, [&]() -> awaitable<> {
            const auto end = std::chrono::steady_clock::now() + limit;
            while (answers.size() < count && std::chrono::steady_clock::now() < end) {
                co_await pause_for(milliseconds(5));
            }
        });
    }

    void run_until_reads(std::size_t count, milliseconds limit = seconds(30)) {
        run_on(context, [&]() -> awaitable<> {
            const auto end = std::chrono::steady_clock::now() + limit;
            while (tasks.reads < count && std::chrono::steady_clock::now() < end) {
                co_await pause_for(milliseconds(5));
            }
        });
    }

    void run_for(milliseconds time) { run_until(guests_come, time); }

    static constexpr std::size_t guests_come = 1000000;

    asio::io_context context{1};
    memory_queue tasks;
    std::function<void(std::string_view)> change;
    api::live_hub hub{
        [this](auto on_change, auto on_ready) {
            change = on_change;
            on_ready();
            return std::make_shared<int>();
        },
        milliseconds(60000)
    };
    bool draining = false;
    completion_waiter waiter;
    task_group guests{context.get_executor()};
    std::vector<result<completion_waiter::latest>> answers;
};

} // namespace

TEST_CASE("all who wait are told of the end of their own tasks, by reads that they share") {
    waiting_hall hall;
    constexpr std::size_t many = 300;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < many; ++i) {
        ids.push_back(hall.add_task());
    }
    for (const std::string& id : ids) {
        hall.enter(id); // all at one moment
    }
    hall.run_until_reads(2);
    CHECK(hall.answers.empty());
    CHECK(hall.tasks.reads == 2); // 256 at a time
    hall.tasks.succeed(ids[7]);
    hall.change(ids[7]);
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK((*hall.answers[0])->record.id == ids[7]);
    CHECK(hall.tasks.reads == 3); // of the one that changed
    CHECK(hall.waiter.waiting() == many - 1);
}

TEST_CASE("a task of which nothing is heard is looked at all the same") {
    waiting_hall hall(milliseconds(50));
    const std::string id = hall.add_task();
    hall.enter(id);
    hall.run_for(milliseconds(100));
    hall.tasks.succeed(id);
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK((*hall.answers[0])->record.state == task::state::success);
}

TEST_CASE("several who wait for one task are told together") {
    waiting_hall hall;
    const std::string id = hall.add_task();
    for (int i = 0; i < 3; ++i) {
        hall.enter(id);
    }
    hall.run_for(milliseconds(100));
    hall.tasks.succeed(id);
    hall.change("1 " + id + " 2");
    hall.run_until(3);
    CHECK(hall.answers.size() == 3);
    CHECK(hall.waiter.waiting() == 0);
}

TEST_CASE("a wait that is over shows the task as it stands") {
    waiting_hall hall;
    hall.enter(hall.add_task(), milliseconds(1000));
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK((*hall.answers[0])->record.state == task::state::queued);
}

TEST_CASE("when the process drains, who waits is asked whether to leave") {
    waiting_hall hall;
    hall.enter(hall.add_task());
    hall.run_for(milliseconds(100));
    hall.draining = true;
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK(hall.answers[0].has_value());
}

TEST_CASE("a task that the queue has forgotten is waited for no longer") {
    waiting_hall hall;
    hall.enter("1760000000009999");
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK(hall.answers[0].error().kind == failure_kind::not_found);
}

TEST_CASE("a queue that fails for a moment costs a moment") {
    waiting_hall hall;
    const std::string id = hall.add_task();
    hall.tasks.outage = failure{failure_kind::unavailable, "gone"};
    hall.enter(id);
    hall.run_for(milliseconds(200));
    CHECK(hall.answers.empty());
    hall.tasks.succeed(id);
    hall.tasks.outage.reset();
    hall.run_until(1);
    REQUIRE(hall.answers.size() == 1);
    CHECK(hall.answers[0].has_value());
}

TEST_CASE("the next who comes after all have gone is served as the first was") {
    waiting_hall hall;
    for (int i = 0; i < 2; ++i) {
        const std::string id = hall.add_task();
        hall.enter(id);
        hall.run_for(milliseconds(80));
        hall.tasks.succeed(id);
        hall.change(id);
        hall.run_until(static_cast<std::size_t>(i) + 1);
        hall.run_for(milliseconds(700)); // until the reader has gone
    }
    CHECK(hall.answers.size() == 2);
}
