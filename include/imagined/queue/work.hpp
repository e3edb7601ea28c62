// What a worker does: it leases tasks, marks their calls, records what came of them, ends them; and
// the duties that keep the queue healthy by time alone.
//
// Of all ports of the queue (src/queue/README.md):
// - Each verb happens whole or not at all; a transition, its event and its callback are one step.
// - Every write carries a not-after time: it changes nothing once its caller could not wait any
//   longer.
// - `unavailable` when Redis cannot answer in time: then the write may have happened, and each verb
//   is safe to repeat, unless it says otherwise. `conflict`: the token is stale, or the task has
//   ended; nothing was changed.
// - A verb that is cancelled may have happened.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/slot.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagined::queue {

// Proof of a lease: attempt number and random nonce, compared by every write of a worker.
struct token {
    std::string id;
    int attempt = 0;
    std::string nonce;
};

// A callback that came due with the caller's own write, leased to it at once: nobody has to look
// for it.
struct event_lease {
    std::uint64_t sequence = 0;
    std::string nonce;
};

struct claimed {
    task::record record; // leased to us; calls of earlier attempts included
    std::string submission;
    std::string slot; // reserved for the first call until the lease ends; "" when storing
    std::optional<event_lease> event; // "SUBMITTED", if asked for
};

struct claim_answer {
    std::vector<claimed> tasks;
    std::vector<std::string> lanes; // classes that have waiting tasks (asked for or not)
};

struct call_marker {
    int index = 0;
    std::string backend;
    queue::slot slot;
    int first_picture = 1;
    int count = 1;
    milliseconds timeout{180000}; // the call's deadline, from the marker
    std::string duration_key;     // "V_3/DEFAULT": whose observed duration estimates progress
    // What the call is expected to cost, and what its backend and all of them may cost in a day
    // (UTC, by Redis' clock); 0: no cap. USD millionths.
    std::int64_t cost_micros = 0;
    std::int64_t backend_cap_micros = 0;
    std::int64_t total_cap_micros = 0;
    milliseconds event_lease{0}; // how long "IN_PROGRESS" is to be leased to the caller; 0: not
};

enum class call_permit {
    granted,  // the marker is durable; the call may be sent, until its deadline
    no_slot,  // the key is full or cooling now, or its backend's breaker open; nothing was written
    too_late, // past the task's deadline: no new call
    over_budget, // it would exceed the day's cap, what is under way counted; nothing was written
    split        // it asks for more pictures than may be in progress at a time; nothing was written
};

struct call_grant {
    call_permit what = call_permit::granted;
    std::int64_t expected_ms = 0; // usual time to the answer, observed; 0 unknown
    std::optional<queue::event_lease> event = {};
    // With no_slot, while the operation of this backend is shut: how often this task itself found
    // nothing at the address. -1: it is not shut.
    int absences = -1;
    int most_pictures = 0; // of a call, when it is to be split
};

// What the end of a call that was not paid says about its key.
struct key_verdict {
    enum class kind {
        none,
        works,   // a refusal proves it: no cooling any more
        cool,    // left alone for at_least, or 5 s doubling to 60 s by consecutive refusals
        disable, // left alone for queue_options::key_disabled_for; then one task tries it
        // Not of the key but of the address: the operation is shut at this backend for 1 s, 10 s,
        // then 60 s each time; the task that met it first has the right to the next two tries.
        absent,
        // It works, but more pictures are in progress in its group than the upstream allows.
        full
    } what = kind::none;
    milliseconds at_least{0};
    bool backend_failed = false; // counts against the backend: no connection, 503
    std::string words = {};      // what the upstream said, for whoever waits: "HTTP 401 bad key"
    int allowed_pictures = 0;    // full: as the upstream names it; 0: it does not
};

// What not_started() tells of an address where nothing is.
struct setback {
    int absences = 0;                     // how often this task itself found nothing there
    std::optional<milliseconds> right_in; // when it may use its right to the next try
};

// Whether a call whose outcome is unknowable may still be under way: then it holds its place until
// its deadline.
enum class aftermath { under_way, over };

struct ending {
    bool success = false;
    std::string view; // the whole API JSON; stored once and passed through by fetches
    std::optional<task::fail_code> code; // unless success
    std::string reason;                  // unless success
    task::happening event;               // for the history
    std::string billed = "no";           // yes | no | unknown
    milliseconds event_lease{0};         // how long the event is to be leased to the caller; 0: not
};

class work {
public:
    virtual ~work() = default;

    virtual unix_millis now() const = 0; // Redis' clock: all times of tasks are told by it

    // Leases up to `most` waiting tasks, fair among callers by weight, each with a place on the
    // first of its lane's slots that has room. After this, exactly one worker holds each lease.
    // The "SUBMITTED" events that this brings are leased to the caller for `event_lease`; 0: not.
    virtual awaitable<result<claim_answer>> claim(
        std::string worker,
        std::size_t most,
        milliseconds lease,
        std::vector<lane> lanes,
        milliseconds event_lease = {}
    ) = 0;

    // Tells that this worker lives and how many tasks it takes, and extends the leases, only
    // forward. Returns the tokens that were lost.
    virtual awaitable<result<std::vector<token>>> renew(
        std::string worker, std::size_t capacity, milliseconds lease, std::vector<token> held
    ) = 0;

    // Takes the worker out of the count at shutdown.
    virtual awaitable<result<void>> sign_off(std::string worker) = 0;

    // Durable before the first byte of the call may leave.
    virtual awaitable<result<call_grant>> calling(token held, call_marker call) = 0;

    // The call surely did not start, or was refused unpaid: its marker is void and its slot free.
    // Without words its marker was not confirmed in time.
    virtual awaitable<result<setback>> not_started(token held, int index, key_verdict key) = 0;

    // The call's outcome is unknowable: it is never repeated by itself. Its slot stays taken until
    // its deadline unless it is surely over, and what was reserved for it counts as spent. True if
    // the ambiguous policy lets its pictures be asked for once more.
    virtual awaitable<result<bool>>
    lost(token held, int index, std::string why, aftermath after = aftermath::under_way) = 0;

    // Records a paid answer. With `complete` no further call will be made: the task is storing.
    // A stale token is tried as adopt() would.
    virtual awaitable<result<void>>
    stored(token held, int index, std::string answer, bool complete, std::int64_t cost_micros) = 0;

    // A late paid answer from a worker that lost its lease: accepted, and the newer lease revoked,
    // iff the task is open and no newer call of it is in flight. `conflict` otherwise, with its
    // cost recorded all the same.
    virtual awaitable<result<void>>
    adopt(token stale, int index, std::string answer, std::int64_t cost_micros) = 0;

    // Ends the task, exactly once. Also frees its slots. The event is leased only if no earlier one
    // of the task is still owed.
    virtual awaitable<result<std::optional<event_lease>>> finish(token held, ending how) = 0;

    // Gives the lease back unused: the task returns to the head of its queue (to `lane`), not
    // before `delay`. The attempt does not count.
    virtual awaitable<result<void>>
    release(token held, std::string lane, milliseconds delay, std::string why) = 0;

    // A progress event for tasks with a hook: (token, percent).
    virtual awaitable<result<void>> progress(std::vector<std::pair<token, int>> steps) = 0;

    // -- Duties (any process, no leader)

    // Takes up to `most` expired leases: without a call in flight the task goes back to the head of
    // its queue; with one it stays open until that call's deadline + 2 s, and then ends as the
    // ambiguous policy says (paid answers that are recorded are delivered). Returns how many.
    virtual awaitable<result<std::size_t>> reap(std::size_t most) = 0;

    // Moves due delayed tasks to their queues, cancels unanswered modals and ends waiting tasks
    // past their deadline; one that never called is told what the keys of its lane met, as far as
    // `waiting` names them. Returns how many.
    virtual awaitable<result<std::size_t>>
    promote(std::size_t most, std::vector<lane> waiting = {}) = 0;

    // Forgets ended tasks older than `ttl` whose callbacks are settled. Returns how many.
    virtual awaitable<result<std::size_t>> forget(milliseconds ttl, std::size_t most) = 0;
};

} // namespace imagined::queue
