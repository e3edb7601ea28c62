#include "redis/script_batch.hpp"

#include "imagined/base/wakeup.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace imagined;
using queue::script_batch;

namespace {

// A batch whose script answers when it is told to: each task with its own first value.
struct bench_of_tasks {
    struct script_call {
        std::vector<std::string> tasks;
        milliseconds time;
        std::unique_ptr<wakeup> answered;
    };

    asio::io_context loop{1};
    std::vector<std::shared_ptr<script_call>> calls;
    std::vector<std::string> answers;
    script_batch batch{"test", [this](redis::arguments tasks, milliseconds time) {
                           return run(std::move(tasks), time);
                       }};
    task_group callers{loop.get_executor()};

    awaitable<result<redis::reply>> run(redis::arguments tasks, milliseconds time) {
        const auto call = std::make_shared<script_call>();
        call->tasks = tasks;
        call->time = time;
        call->answered = std::make_unique<wakeup>(loop.get_executor());
        calls.push_back(call);
        co_await call->answered->wait(seconds(60));
        redis::array verdicts;
        for (const auto& task : tasks) {
            verdicts.push_back({redis::array{{task}}});
        }
        co_return redis::reply{redis::array{{std::string("ok")}, {std::move(verdicts)}}};
    }

    void join(const std::string& task, milliseconds left = milliseconds(5000)) {
        callers.spawn("caller", [this, task, left]() -> awaitable<> {
            const auto verdict = co_await batch.join({task}, left);
            answers.push_back(verdict ? *verdict->items()->front().text() : "failed");
        });
    }

    void settle() {
        loop.restart();
        loop.poll();
    }

    void answer(std::size_t call) {
        calls.at(call)->answered->ring();
        settle();
    }
};

} // namespace

TEST_CASE("what one turn of the loop asks is one call, at once") {
    bench_of_tasks b;
    b.join("a");
    b.join("b");
    b.settle();
    REQUIRE(b.calls.size() == 1);
    CHECK(b.calls[0]->tasks == std::vector<std::string>{"a", "b"});
    b.answer(0);
    CHECK(b.answers == std::vector<std::string>{"a", "b"});
}

TEST_CASE("what comes while a call is under way goes with the next one") {
    bench_of_tasks b;
    b.join("a");
    b.settle();
    b.join("b");
    b.settle();
    b.join("c", milliseconds(1000));
    b.settle();
    CHECK(b.calls.size() == 1);
    b.answer(0);
    CHECK(b.answers == std::vector<std::string>{"a"});
    REQUIRE(b.calls.size() == 2);
    CHECK(b.calls[1]->tasks == std::vector<std::string>{"b", "c"});
    CHECK(b.calls[1]->time <= milliseconds(1000)); // what the more impatient one has left
    b.answer(1);
    CHECK(b.answers == std::vector<std::string>{"a", "b", "c"});
    b.join("d");
    b.settle();
    CHECK(b.calls.size() == 3);
}

TEST_CASE("a call that is full waits for nobody") {
    bench_of_tasks b;
    b.join("first");
    b.settle();
    for (int i = 0; i < 100; ++i) {
        b.join(std::to_string(i));
    }
    b.settle();
    REQUIRE(b.calls.size() == 2);
    CHECK(b.calls[1]->tasks.size() == 64);
    b.answer(0);
    CHECK(b.calls.size() == 2); // one is still under way
    b.answer(1);
    REQUIRE(b.calls.size() == 3);
    CHECK(b.calls[2]->tasks.size() == 36);
    b.answer(2);
    CHECK(b.answers.size() == 101);
}
