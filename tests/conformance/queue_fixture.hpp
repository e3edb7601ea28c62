// What every directed test of the queue needs: an empty queue, a clock that the test moves, and
// verbs that return their values.
#pragma once

#include "queue_under_test.hpp"

#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::test {

using queue::call_marker;
using queue::call_permit;
using queue::key_verdict;
using queue::new_task;
using queue::scope;
using queue::slot;
using queue::submitted;
using queue::token;

inline constexpr auto conflict = failure_kind::conflict;

inline constexpr const char* lane_name = "generate/V_3";
inline const scope everybody{"", true};

class queue_fixture {
public:
    // On the queue that the environment names.
    queue_fixture();

    const queue_ports& tasks() const { return ports_; }

    // Moves the clock.
    void advance(milliseconds by) { set_time(now_.now + by.count()); }

    void set_time(unix_millis now);

    unix_millis now() const { return now_.now; }

    // Who is told of submits on their way, from now on.
    void listen(std::function<void(std::string_view)> on_submit);

    // How often a lost call may be repeated, from now on.
    void allow_repeats(int times);

    template <class T>
    T run(awaitable<T> verb) {
        auto held = std::make_shared<awaitable<T>>(std::move(verb));
        return run_on<T>(context_, [held]() -> awaitable<T> { return std::move(*held); });
    }

    // The value of a verb that must succeed.
    template <class T>
    T must(awaitable<result<T>> verb) {
        auto answer = run(std::move(verb));
        if (!answer) {
            FAIL("refused: " << answer.error().detail);
        }
        if constexpr (!std::is_void_v<T>) {
            return std::move(*answer);
        }
    }

    // The kind of failure of a verb that must not succeed.
    template <class T>
    failure_kind refused(awaitable<result<T>> verb) {
        auto answer = run(std::move(verb));
        REQUIRE(!answer);
        return answer.error().kind;
    }

    // -- Shorthands

    std::string submit(new_task task = {});
    submitted try_submit(new_task task = {});
    std::vector<queue::claimed> claim(
        std::size_t most = 1,
        std::string worker = "w1",
        std::vector<slot> slots = {{"alpha:1", 2}, {"beta:1", 2}},
        std::string lane = lane_name
    );
    // Claims exactly one task and returns its token.
    token lease(std::string lane = lane_name);
    std::vector<queue::claimed> claim_storing(std::string worker = "w2");
    call_permit call(token held, int index = 0, slot at = {"alpha:1", 2});
    void answer(token held, int index = 0, bool complete = true, std::int64_t cost = 60000);
    void finish(token held, bool success = true);
    task::record record(const std::string& id);
    std::vector<queue::due_event> due(std::size_t most = 100);

    std::vector<std::string> complaints() { return must(tasks().operating->audit()); }

    int in_flight(const std::string& slot_name);

    std::size_t waiting() { return must(tasks().reading->stats({})).waiting; }

    std::vector<std::string> trace() { return queue_->trace(); }

protected:
    explicit queue_fixture(std::unique_ptr<queue_under_test> on);

    queue_under_test& tested() { return *queue_; }

private:
    void reopen() { ports_ = queue_->open(now_); }

    asio::io_context context_{1};
    queue_under_test::conditions now_{.now = 1'800'000'000'000};
    std::unique_ptr<queue_under_test> queue_;
    queue_ports ports_;
};

// A task for tests, with only the facts that matter.
struct a_task : new_task {
    a_task& named(std::string value) { return id = std::move(value), *this; }

    a_task& by(std::string value) { return caller = std::move(value), *this; }

    a_task& in(std::string value) { return lane = std::move(value), *this; }

    a_task& hooked() { return has_hook = true, *this; }

    a_task& as_modal() { return modal = true, *this; }

    a_task& ended(std::string value) { return ended_view = std::move(value), *this; }

    a_task& saying(std::string value) { return submission = std::move(value), *this; }

    a_task& served_by(std::vector<slot> value) { return slots = std::move(value), *this; }

    a_task& limited_to(std::size_t value) { return queue_limit = value, *this; }

    a_task& within(milliseconds value) { return task_timeout = value, *this; }

    a_task& keyed(std::string value, std::string body = "f") {
        idempotency_key = std::move(value);
        fingerprint = std::move(body);
        return *this;
    }
};

inline token token_of(const queue::claimed& one) {
    return {one.record.id, one.record.attempt, one.record.nonce};
}

} // namespace imagined::test
