// The task_queue on Redis: each verb is its script, its arguments in order, and what its words
// mean.
#pragma once

#include "imagined/base/task_group.hpp"
#include "imagined/queue/task_queue.hpp"
#include "library.hpp"
#include "script_batch.hpp"
#include "submit_marks.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace imagined::queue {

class redis_queue final : public task_queue {
public:
    redis_queue(redis::client& on, queue_options options);

    unix_millis now() const override { return redis_.server_now(); }

    awaitable<result<void>> probe() override;

    awaitable<result<std::string>> reserve_id() override;
    awaitable<result<submitted>> submit(new_task task, milliseconds budget) override;
    awaitable<result<submitted>>
    submit_modal(scope who, new_task answered, milliseconds budget) override;
    awaitable<result<task::state>> cancel(scope who, std::string id, std::string reason) override;
    awaitable<result<void>> register_callers(std::vector<caller_limits> callers) override;

    awaitable<result<std::vector<snapshot>>> read(scope who, std::vector<std::string> ids) override;
    awaitable<result<std::vector<snapshot>>>
    newest(scope who, std::size_t most, id_range among) override;
    awaitable<result<std::vector<std::optional<followed>>>> follow(std::vector<follow_wish> wishes
    ) override;
    awaitable<result<std::vector<snapshot>>> unfinished(scope who, std::size_t most) override;
    awaitable<result<chronicle>> history(std::string id) override;
    awaitable<result<statistics>> stats(std::vector<std::string> slots) override;
    awaitable<result<statistics>> counts(std::string caller) override;
    awaitable<result<std::vector<std::string>>> audit() override;

    awaitable<result<claim_answer>> claim(
        std::string worker,
        std::size_t most,
        milliseconds lease,
        std::vector<lane> lanes,
        milliseconds event_lease
    ) override;
    awaitable<result<std::vector<token>>> renew(
        std::string worker, std::size_t capacity, milliseconds lease, std::vector<token> held
    ) override;
    awaitable<result<void>> sign_off(std::string worker) override;
    awaitable<result<call_grant>> calling(token held, call_marker call) override;
    awaitable<result<setback>> not_started(token held, int index, key_verdict key) override;
    awaitable<result<bool>> lost(token held, int index, std::string why, aftermath after) override;
    awaitable<result<void>> stored(
        token held, int index, std::string answer, bool complete, std::int64_t cost_micros
    ) override;
    awaitable<result<void>>
    adopt(token stale, int index, std::string answer, std::int64_t cost_micros) override;
    awaitable<result<std::optional<event_lease>>> finish(token held, ending how) override;
    awaitable<result<void>>
    release(token held, std::string lane, milliseconds delay, std::string why) override;
    awaitable<result<void>> progress(std::vector<std::pair<token, int>> steps) override;

    awaitable<result<std::size_t>> reap(std::size_t most) override;
    awaitable<result<std::size_t>> promote(std::size_t most, std::vector<lane> waiting) override;
    awaitable<result<std::size_t>> forget(milliseconds ttl, std::size_t most) override;

    awaitable<result<std::vector<due_event>>>
    outbox_claim(std::size_t most, milliseconds lease, outbox_room room) override;
    awaitable<result<void>> outbox_delivered(due_event event, std::string note) override;
    awaitable<result<void>>
    outbox_failed(due_event event, std::optional<milliseconds> delay, std::string note) override;
    awaitable<result<void>> outbox_release(due_event event, milliseconds delay) override;
    awaitable<result<void>> outbox_gone(due_event event, std::string note) override;
    awaitable<result<void>> outbox_replay(std::string id, std::string who) override;

    awaitable<result<switches>> show_switches() override;
    awaitable<result<switches>> switch_queue(std::string who, queue_change wanted) override;
    awaitable<result<switches>> switch_channel(std::string who, channel_change wanted) override;
    awaitable<result<void>> reset_channel(
        std::string who, std::string name, std::string backend, std::vector<std::string> slots
    ) override;
    awaitable<result<std::vector<operator_action>>> activity(std::size_t most) override;

    // As queue::resubmit (resubmit.hpp).
    awaitable<result<submitted>>
    resubmit(std::string of, new_task again, std::vector<int> calls, bool complete);

private:
    // Runs one script: `values` follow the two times that every script begins with. Its words
    // "late" and "denied" become failures, and each failure of Redis `unavailable`: whatever is
    // wrong there, nothing was refused for good. `deadline` 0: the option's.
    awaitable<result<redis::reply>>
    run(const redis::function& what,
        redis::arguments values,
        milliseconds deadline = milliseconds(0));

    // The same, but a right that is missing stays `rejected`.
    awaitable<result<redis::reply>>
    run_as_it_is(const redis::function& what, redis::arguments values, milliseconds deadline);

    // Plain commands, with failures as run()'s.
    awaitable<result<redis::reply>> ask(redis::arguments command);
    awaitable<result<redis::array>> ask_together(std::vector<redis::arguments> commands);

    script_batch::runner batched(const redis::function& what);
    awaitable<result<redis::reply>> run_submits(redis::arguments tasks, milliseconds left);

    // One task's part in a batch of a script whose verdict is a word alone, as run_plain's.
    awaitable<result<void>>
    join_plain(script_batch& batch, std::string verb, redis::arguments values);

    // For scripts that answer with a word alone: "ok", or a failure by its word.
    awaitable<result<void>> run_plain(const redis::function& what, redis::arguments values);

    awaitable<result<switches>> turn(turn_arguments changes);

    awaitable<result<std::vector<snapshot>>>
    run_reading(const redis::function& what, redis::arguments values);

    // Takes back a submit that may have happened although its caller was told otherwise.
    void withdraw_later(executor on, withdraw_arguments what);
    awaitable<> withdraw(withdraw_arguments what);

    redis::client& redis_;
    queue_options options_;
    std::string base_;
    submit_marks marks_;
    std::set<std::string> lanes_to_tell_; // of the submits that wait for their script
    script_batch submits_;
    script_batch calls_;
    script_batch answers_;
    script_batch ends_;
    script_batch deliveries_;
    script_batch returns_;
    std::optional<task_group> background_;
};

// A slot as the scripts read it.
std::string slot_text(const slot& place);

// What a script's refusal means to its caller.
failure refusal(std::string_view verb, std::string_view word);

} // namespace imagined::queue
