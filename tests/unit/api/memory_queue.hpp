// The front half of the queue in memory, with the semantics of its contract: scopes, limits,
// idempotency, tasks that are ended at birth. Tests move tasks on and make it fail.
#pragma once

#include "imagined/queue/operating.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace imagined::test {

class memory_queue final : public queue::submission,
                           public queue::reading,
                           public queue::operating {
public:
    template <class T>
    using answer = awaitable<result<T>>;

    struct stored_task {
        queue::new_task given;
        task::record record;
        std::string view;
        std::vector<task::event> events; // after the submit
    };

    // What tests set and look at.
    bool free_worker = true; // whether submits are told "immediate"
    bool caller_is_full = false;
    milliseconds rate_wait{0};     // until the caller's rate lets it submit
    std::optional<failure> outage; // every verb fails with it
    std::size_t reads = 0;
    std::size_t largest_read = 0;
    milliseconds last_budget{0};
    std::size_t follows = 0;
    std::optional<std::size_t> caller_left; // what submits are told of the caller's limit
    queue::statistics counted;              // what stats() tells
    queue::switches off;
    std::vector<queue::operator_action> actions; // newest first
    std::map<std::string, stored_task> tasks;    // by id, so oldest first

    // Moves a task on, with an event in its history.
    void step(const std::string& id, task::state to, task::happening event);

    // Ends a task as a success with this view, or with a minimal one.
    void succeed(const std::string& id, std::string view = "");

    unix_millis now() const override { return system_clock().now(); }

    answer<std::string> reserve_id() override;
    answer<queue::submitted> submit(queue::new_task task, milliseconds budget) override;
    answer<queue::submitted>
    submit_modal(queue::scope who, queue::new_task answered, milliseconds budget) override;
    answer<task::state> cancel(queue::scope who, std::string id, std::string reason) override;
    answer<std::vector<queue::snapshot>>
    read(queue::scope who, std::vector<std::string> ids) override;
    answer<queue::chronicle> history(std::string id) override;
    answer<std::vector<queue::snapshot>>
    newest(queue::scope who, std::size_t most, queue::id_range among) override;
    answer<std::vector<std::optional<queue::followed>>>
    follow(std::vector<queue::follow_wish> wishes) override;
    answer<queue::statistics> stats(std::vector<std::string> slots) override;
    answer<queue::statistics> counts(std::string caller) override;
    answer<std::vector<queue::snapshot>> unfinished(queue::scope who, std::size_t most) override;
    answer<queue::switches> show_switches() override;
    answer<queue::switches> switch_queue(std::string who, queue::queue_change wanted) override;
    answer<queue::switches> switch_channel(std::string who, queue::channel_change wanted) override;
    answer<void> reset_channel(
        std::string who, std::string name, std::string backend, std::vector<std::string> slots
    ) override;
    answer<std::vector<queue::operator_action>> activity(std::size_t most) override;

    // What no client asks for.
    answer<void> probe() override { co_return unused(); }

    answer<void> register_callers(std::vector<queue::caller_limits>) override {
        co_return unused();
    }

    answer<void> replay_callback(std::string, std::string) override { co_return unused(); }

    answer<queue::submitted>
    resubmit(std::string, queue::new_task, std::vector<int>, bool) override {
        co_return unused();
    }

    answer<std::vector<std::string>> audit() override { co_return unused(); }

private:
    struct remembered {
        std::string fingerprint;
        std::string id;
    };

    static failure unused() { return {failure_kind::invalid, "not kept in memory"}; }

    std::size_t waiting() const;
    queue::followed
    as_followed(const stored_task& stored, std::optional<std::uint64_t> known) const;
    std::string next_id();

    std::int64_t last_id_ = 1760000000000000;
    std::map<std::pair<std::string, std::string>, remembered> idempotency_;
};

} // namespace imagined::test
