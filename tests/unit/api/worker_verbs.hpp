// The half of the queue that the API never touches: every verb fails loudly.
#pragma once

#include "imagined/queue/task_queue.hpp"

namespace imagined::test {

class without_worker_verbs : public queue::task_queue {
public:
    template <class T>
    using answer = awaitable<result<T>>;

    unix_millis now() const override { return system_clock().now(); }

    answer<void> probe() override { co_return unused(); }

    answer<void> register_callers(std::vector<queue::caller_limits>) override {
        co_return unused();
    }

    answer<queue::chronicle> history(std::string) override { co_return unused(); }

    answer<queue::statistics> stats(std::vector<std::string>) override { co_return unused(); }

    answer<queue::statistics> counts(std::string) override { co_return unused(); }

    answer<std::vector<std::string>> audit() override { co_return unused(); }

    answer<queue::claim_answer>
    claim(std::string, std::size_t, milliseconds, std::vector<queue::lane>, milliseconds) override {
        co_return unused();
    }

    answer<std::vector<queue::token>>
    renew(std::string, std::size_t, milliseconds, std::vector<queue::token>) override {
        co_return unused();
    }

    answer<void> sign_off(std::string) override { co_return unused(); }

    answer<queue::call_grant> calling(queue::token, queue::call_marker) override {
        co_return unused();
    }

    answer<queue::setback> not_started(queue::token, int, queue::key_verdict) override {
        co_return unused();
    }

    answer<bool> lost(queue::token, int, std::string, queue::aftermath) override {
        co_return unused();
    }

    answer<void> stored(queue::token, int, std::string, bool, std::int64_t) override {
        co_return unused();
    }

    answer<void> adopt(queue::token, int, std::string, std::int64_t) override {
        co_return unused();
    }

    answer<std::optional<queue::event_lease>> finish(queue::token, queue::ending) override {
        co_return unused();
    }

    answer<void> release(queue::token, std::string, milliseconds, std::string) override {
        co_return unused();
    }

    answer<void> progress(std::vector<std::pair<queue::token, int>>) override {
        co_return unused();
    }

    answer<std::size_t> reap(std::size_t) override { co_return unused(); }

    answer<std::size_t> promote(std::size_t, std::vector<queue::lane>) override {
        co_return unused();
    }

    answer<std::size_t> forget(milliseconds, std::size_t) override { co_return unused(); }

    answer<std::vector<queue::due_event>>
    outbox_claim(std::size_t, milliseconds, queue::outbox_room) override {
        co_return unused();
    }

    answer<void> outbox_delivered(queue::due_event, std::string) override { co_return unused(); }

    answer<void>
    outbox_failed(queue::due_event, std::optional<milliseconds>, std::string) override {
        co_return unused();
    }

    answer<void> outbox_release(queue::due_event, milliseconds) override { co_return unused(); }

    answer<void> outbox_gone(queue::due_event, std::string) override { co_return unused(); }

    answer<void> outbox_replay(std::string, std::string) override { co_return unused(); }

private:
    static failure unused() { return {failure_kind::invalid, "a verb that the API does not use"}; }
};

} // namespace imagined::test
