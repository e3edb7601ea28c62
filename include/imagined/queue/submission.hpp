// What a client does to the queue: submit, answer, cancel. What holds for all ports stands in
// work.hpp.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/scope.hpp"
#include "imagined/queue/slot.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/vocabulary.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace imagined::queue {

struct new_task {
    std::string id; // from reserve_id(), or "" to have one drawn
    std::string caller;
    std::string lane;                   // capability class (task::class_of); "" when modal or ended
    std::string submission;             // task::to_text; the queue does not read it
    bool has_hook = false;              // events go to the outbox
    milliseconds task_timeout{3600000}; // until its last call may start
    std::size_t queue_limit = 100000;   // waiting tasks over all callers
    std::vector<slot> slots;            // the keys that could serve it now, for the verdict "free"
    std::string idempotency_key;        // "" for none; scoped to the caller
    std::string fingerprint;            // of the request body, compared on replay
    bool modal = false;                 // waits for submit_modal
    std::string ended_view;             // not "": the task is a success at once, with this API JSON
    // Told where it is more than a submit: of a task that ends at once, or a modal's answer.
    task::happening event{task::event_kind::submitted};
};

struct submitted {
    enum class verdict {
        accepted,   // new
        replayed,   // same key, same body: `id` is the first one's
        key_reused, // same key, other body; nothing was created
        queue_full, // queue_limit; nothing was created
        // The caller's max_waiting: tasks that wait; for one that ends at its submit, callbacks
        // that are owed as well. Nothing was created.
        caller_full,
        intake_paused, // by an operator; nothing was created
        rate_limited   // the caller's rate; nothing was created
    } what = verdict::accepted;
    std::string id;
    bool immediate = false; // a live worker and a slot are free: code 1 rather than 22
    std::size_t ahead = 0;  // tasks waiting before it
    // How many more the caller may have waiting; nullopt without a limit, or when not counted.
    std::optional<std::size_t> caller_left;
    milliseconds retry_after{0}; // of rate_limited: until there is room for one
};

class submission {
public:
    virtual ~submission() = default;

    // A fresh id: 16 digits, increasing with time, never given twice; its last digit is the shard.
    virtual awaitable<result<std::string>> reserve_id() = 0;

    // Creates the task, enqueues it, writes its idempotency record: all or nothing. `budget` bounds
    // the whole call, retries included; a failure leaves no task (a write whose answer was lost is
    // found again by its random mark, or taken back as soon as Redis answers).
    virtual awaitable<result<submitted>> submit(new_task task, milliseconds budget) = 0;

    // Gives a modal task its answer: the new submission, and a place in the queue under the same
    // id. Its deadline starts now. `conflict` if it is not modal any more, `not_found` if not the
    // caller's.
    virtual awaitable<result<submitted>>
    submit_modal(scope who, new_task answered, milliseconds budget) = 0;

    // Ends a task that has not ended as FAILURE CANCELLED with `reason`. A call in flight is left
    // to finish; what it brings is recorded, and changes nothing. `conflict` if it had ended.
    virtual awaitable<result<task::state>>
    cancel(scope who, std::string id, std::string reason) = 0;
};

} // namespace imagined::queue
