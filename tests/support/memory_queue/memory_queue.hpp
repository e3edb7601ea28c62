// The queue in memory: all ports over the model of what they promise (queue_model.hpp), held to the
// same conformance suite as Redis (tests/conformance). Nothing in it waits. Tests set its clock,
// look into it, move tasks on, and make it fail.
#pragma once

#include "queue_model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace imagined::test {

class memory_queue final : public queue::submission,
                           public queue::work,
                           public queue::outbox,
                           public queue::reading,
                           public queue::operating {
public:
    template <class T>
    using answer = awaitable<result<T>>;

    // -- What tests set and look at
    queue_model model;
    std::optional<unix_millis> fixed_now;   // else the system's clock
    milliseconds age{0};                    // how long ago things happen that happen now
    std::optional<failure> outage;          // every verb fails with it
    std::optional<queue::submitted> refuse; // what new submits are told instead
    std::optional<queue::statistics> told;  // what stats() tells instead
    std::size_t reads = 0;
    std::size_t largest_read = 0;
    std::size_t follows = 0;
    milliseconds last_budget{0};
    std::map<std::string, queue::new_task> given; // by id, as last submitted or answered

    model_task& at(const std::string& id) { return model.tasks_of_test().at(id); }

    const model_task& at(const std::string& id) const { return model.tasks().at(id); }

    std::size_t size() const { return model.tasks().size(); }

    bool empty() const { return model.tasks().empty(); }

    void erase(const std::string& id) { model.tasks_of_test().erase(id); }

    // What new submits are told from now on.
    void refuse_submits(queue::submitted::verdict what, milliseconds retry_after = {}) {
        refuse.emplace().what = what;
        refuse->retry_after = retry_after;
    }

    // What stats() tells from now on, for the test to fill in.
    queue::statistics& figures() { return told ? *told : told.emplace(); }

    // Moves a task on, with an event in its history.
    void step(const std::string& id, task::state to, task::happening event);

    // Ends a task as a success with this view, or with a minimal one.
    void succeed(const std::string& id, std::string view = "");

    // Adds a call to a task, as history() tells it.
    void add_call(const std::string& id, const task::call& made);

    // -- The ports
    unix_millis now() const override;

    answer<std::string> reserve_id() override;
    answer<queue::submitted> submit(queue::new_task task, milliseconds budget) override;
    answer<queue::submitted>
    submit_modal(queue::scope who, queue::new_task answered, milliseconds budget) override;
    answer<task::state> cancel(queue::scope who, std::string id, std::string reason) override;

    answer<queue::claim_answer> claim(
        std::string worker,
        std::size_t most,
        milliseconds lease,
        std::vector<queue::lane> lanes,
        milliseconds event_lease
    ) override;
    answer<std::vector<queue::token>> renew(
        std::string worker, std::size_t capacity, milliseconds lease, std::vector<queue::token> held
    ) override;
    answer<void> sign_off(std::string worker) override;
    answer<queue::call_grant> calling(queue::token held, queue::call_marker call) override;
    answer<queue::setback>
    not_started(queue::token held, int index, queue::key_verdict key) override;
    answer<bool>
    lost(queue::token held, int index, std::string why, queue::aftermath after) override;
    answer<void> stored(
        queue::token held, int index, std::string answered, bool complete, std::int64_t cost_micros
    ) override;
    answer<void>
    adopt(queue::token stale, int index, std::string answered, std::int64_t cost_micros) override;
    answer<std::optional<queue::event_lease>> finish(queue::token held, queue::ending how) override;
    answer<void>
    release(queue::token held, std::string lane, milliseconds delay, std::string why) override;
    answer<void> progress(std::vector<std::pair<queue::token, int>> steps) override;
    answer<std::size_t> reap(std::size_t most) override;
    answer<std::size_t> promote(std::size_t most, std::vector<queue::lane> waiting) override;
    answer<std::size_t> forget(milliseconds ttl, std::size_t most) override;

    answer<std::vector<queue::due_event>>
    claim(std::size_t most, milliseconds lease, queue::outbox_room room) override;
    answer<void> delivered(queue::due_event event, std::string note) override;
    answer<void>
    failed(queue::due_event event, std::optional<milliseconds> delay, std::string note) override;
    answer<void> release(queue::due_event event, milliseconds delay) override;
    answer<void> gone(queue::due_event event, std::string note) override;

    answer<std::vector<queue::snapshot>>
    read(queue::scope who, std::vector<std::string> ids) override;
    answer<std::vector<queue::snapshot>>
    newest(queue::scope who, std::size_t most, queue::id_range among) override;
    answer<std::vector<std::optional<queue::followed>>>
    follow(std::vector<queue::follow_wish> wishes) override;
    answer<std::vector<queue::snapshot>> unfinished(queue::scope who, std::size_t most) override;
    answer<queue::chronicle> history(std::string id) override;
    answer<queue::statistics> stats(std::vector<std::string> slots) override;
    answer<queue::statistics> counts(std::string caller) override;
    answer<queue::switches> show_switches() override;

    answer<void> probe() override;
    answer<void> register_callers(std::vector<queue::caller_limits> callers) override;
    answer<queue::switches> switch_queue(std::string who, queue::queue_change wanted) override;
    answer<queue::switches> switch_channel(std::string who, queue::channel_change wanted) override;
    answer<void> reset_channel(
        std::string who, std::string name, std::string backend, std::vector<std::string> slots
    ) override;
    answer<std::vector<queue::operator_action>> activity(std::size_t most) override;
    answer<void> replay_callback(std::string id, std::string who) override;
    answer<queue::submitted>
    resubmit(std::string of, queue::new_task again, std::vector<int> calls, bool complete) override;
    // There is no set that could lose step with the tasks: no complaints.
    answer<std::vector<std::string>> audit() override;

private:
    // Begins a verb: the failure that it is to end with, if any.
    std::optional<failure> begin();
    std::optional<queue::event_lease> lease_event(const std::string& id, std::uint64_t sequence);
    std::vector<queue::snapshot> shown(const std::vector<std::string>& ids) const;
};

} // namespace imagined::test
