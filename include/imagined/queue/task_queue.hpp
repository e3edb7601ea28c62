// The queue: the only writer of task state, and the single place that must never forget. Every verb
// is one Lua script (src/queue/lua/<verb>.lua), so it happens whole or not at all; each transition,
// its event and its callback are one step. README.md beside the scripts draws the states and keys.
// Time is Redis' own (TIME inside the scripts); tests pass theirs. Every write carries a not-after
// time: a script that runs later than its caller could still be waiting changes nothing.
// All verbs fail with `unavailable` when Redis cannot answer in time: then the write may have
// happened, and every verb is safe to repeat. `conflict` always means: the token is stale, or the
// task has ended; nothing was changed.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/statistics.hpp"
#include "imagined/redis/client.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/view.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::queue {

// A backend's key, where places are counted over all processes: at most `limit` calls, and
// `pictures` pictures that they ask for, are in progress in its group. What is told of a slot last
// holds for all.
struct slot {
    std::string name;
    int limit = 1;
    std::string group = {}; // shares both limits; "": the slot by itself
    int pictures = 0;       // 0: no limit
    int asks = 1;           // how many pictures the call in question asks for
};

// Proof of a lease: attempt number and random nonce, compared by every write of a worker.
struct token {
    std::string id;
    int attempt = 0;
    std::string nonce;
};

// So many submits in a period: a bucket that holds as many, refilled evenly, for all processes.
struct rate_limit {
    int count = 0; // 0: any number
    milliseconds period{0};
};

struct caller_limits {
    std::string name;
    int weight = 1;      // share of the workers among callers with waiting tasks
    int max_waiting = 0; // 0: no limit of its own
    int max_running = 0; // 0: no limit of its own
    rate_limit rate = {};
};

// Which tasks a reader may see.
struct scope {
    std::string caller;
    bool all = false; // everybody's
};

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

// A class of tasks and the keys that may serve it, best first. Without slots: tasks whose answers
// are paid and recorded and only need storing.
struct lane {
    std::string name;
    std::vector<slot> slots;
};

inline constexpr std::string_view storing_lane = "storing";

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

// A callback that is due. One event of a task at a time, in order.
struct due_event {
    task::record record;
    std::string submission;
    std::string view;           // of an ended task, else ""
    std::uint64_t sequence = 0; // webhook-id is "<task id>-<sequence>"
    std::string status;         // of the event, not of the present state
    std::string progress;
    int attempt = 0;   // deliveries tried before this one
    std::string nonce; // lease of the outbox entry
    bool terminal = false;
};

// How many events of each caller may be handed out: of those named, and of anybody else.
struct outbox_room {
    std::size_t each = 0;
    std::vector<std::pair<std::string, std::size_t>> of = {};
};

struct snapshot {
    task::record record;
    std::string submission;
    std::string view; // the API JSON of an ended task as stored by finish(); "" if to be composed
    // Why it waits, once its reader has looked that up; the queue does not.
    std::optional<task::wait_reason> waits = {};
};

// Ids from `from` on and below `before`; "" is no bound.
struct id_range {
    std::string from;
    std::string before;
};

// One task that somebody watches.
struct follow_wish {
    std::string id;
    scope who;
    std::optional<std::uint64_t> known; // events after this sequence are told; nullopt: none
};

struct followed {
    snapshot task;
    std::vector<task::event> events; // oldest first
    // Tasks that will start before it, as its caller's share stands now; nullopt unless it stands
    // in a queue.
    std::optional<std::size_t> ahead;
};

struct chronicle {
    std::vector<task::event> events;
    std::vector<task::call> calls;
};

// What is to be changed; the rest stays as it is.
struct queue_change {
    std::optional<bool> pause_intake;
    std::optional<bool> pause_dispatch;
};

struct channel_change {
    std::string name;
    std::optional<bool> pause;
    std::optional<int> limit; // 0: the configured one again
};

// Something that an operator did.
struct operator_action {
    unix_millis at = 0;
    std::string who;
    std::string what;   // intake | dispatch | pause | limit | reset | callback
    std::string of;     // the channel or the task; "" for what there is one of
    std::string before; // "paused" or "", a limit or "" for the configured one, a state
    std::string after;
};

class task_queue {
public:
    virtual ~task_queue() = default;

    virtual unix_millis now() const = 0; // Redis' clock: all times of tasks are told by it

    // Whether all that the queue does could be done now. `rejected` names a right that we lack.
    virtual awaitable<result<void>> probe() = 0;

    // -- Submitting ---------------------------------------------------------------------------

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

    // Writes what claims need to know of the configured callers.
    virtual awaitable<result<void>> register_callers(std::vector<caller_limits> callers) = 0;

    // -- Reading ------------------------------------------------------------------------------

    // The tasks among `ids` that exist and are visible, in the order asked for.
    virtual awaitable<result<std::vector<snapshot>>>
    read(scope who, std::vector<std::string> ids) = 0;

    // The newest tasks among these ids, newest first.
    virtual awaitable<result<std::vector<snapshot>>>
    newest(scope who, std::size_t most, id_range among = {}) = 0;

    // How each of the tasks stands now, in the order asked for; nullopt for one that does not exist
    // or is not visible. The history keeps a task's last 200 events.
    virtual awaitable<result<std::vector<std::optional<followed>>>>
    follow(std::vector<follow_wish> wishes) = 0;

    // Waiting and running tasks, oldest first.
    virtual awaitable<result<std::vector<snapshot>>> unfinished(scope who, std::size_t most) = 0;

    // The event history of a task, oldest first, and its calls.
    virtual awaitable<result<chronicle>> history(std::string id) = 0;

    virtual awaitable<result<statistics>> stats(std::vector<std::string> slots) = 0;
    // Of one caller's tasks, and of these figures only waiting, running and modal.
    virtual awaitable<result<statistics>> counts(std::string caller) = 0;

    // Recounts every set against the tasks, in steps; each entry is one broken invariant.
    virtual awaitable<result<std::vector<std::string>>> audit() = 0;

    // -- Working ------------------------------------------------------------------------------

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

    // -- Duties (any process, no leader) --------------------------------------------------------

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

    // -- Callback outbox ------------------------------------------------------------------------

    // Leases up to `most` events that are due, of each caller no more than `room` has for it, and
    // of the callers in turn.
    virtual awaitable<result<std::vector<due_event>>>
    outbox_claim(std::size_t most, milliseconds lease, outbox_room room) = 0;
    // `note` stands in the history: what the receiver said; "" leaves it out.
    virtual awaitable<result<void>> outbox_delivered(due_event event, std::string note) = 0;
    // Tries it again after `delay`, unless a newer event supersedes it (then that one is due now);
    // without a delay it is given up: a terminal event becomes a dead letter.
    virtual awaitable<result<void>>
    outbox_failed(due_event event, std::optional<milliseconds> delay, std::string note) = 0;
    // It could not be tried yet, and is due again after `delay`. Counts as no try.
    virtual awaitable<result<void>> outbox_release(due_event event, milliseconds delay) = 0;
    // The receiver wants no more of this task (410): nothing of it is owed any longer.
    virtual awaitable<result<void>> outbox_gone(due_event event, std::string note) = 0;
    // Makes the terminal event of an ended task due again. `conflict` if it has not ended, or has
    // no hook. With `who` it stands among what operators did.
    virtual awaitable<result<void>> outbox_replay(std::string id, std::string who = {}) = 0;

    // -- Operating ------------------------------------------------------------------------------
    //
    // Switches hold for all processes, and stay until they are turned again. What changes anything
    // is kept in the list of actions, in the same step; `who` stands there.

    virtual awaitable<result<switches>> show_switches() = 0;

    // While intake is paused, submits and answers of modals are refused; those that were accepted
    // before are still replayed. While dispatch is paused nothing is claimed but what is paid
    // (storing_lane); what was claimed before goes on, and deadlines do not wait. Returns all
    // switches as they stand afterwards.
    virtual awaitable<result<switches>> switch_queue(std::string who, queue_change wanted) = 0;

    // At a paused channel no call starts.
    virtual awaitable<result<switches>> switch_channel(std::string who, channel_change wanted) = 0;

    // Forgets what refusals told of these slots, and the breaker of `backend` unless that is "".
    // `name` stands in the list of actions.
    virtual awaitable<result<void>> reset_channel(
        std::string who, std::string name, std::string backend, std::vector<std::string> slots
    ) = 0;

    // The last actions, newest first; some hundreds are kept.
    virtual awaitable<result<std::vector<operator_action>>> activity(std::size_t most) = 0;
};

// What a redis_queue does by itself.
struct queue_options {
    std::string prefix = "imagined";
    milliseconds command_deadline{2000};
    // on_ambiguous: how often the lost part of a task may be asked for again (0 or 1).
    int ambiguous_retries = 0;
    seconds key_disabled_for{300};
    // Called when tasks are on their way to Redis, with the hint for each of their lanes. A claim
    // begun now comes right behind them: it waits for no hint, and is flushed along with them.
    std::function<void(std::string_view hint)> on_submit;
    std::string fixed_now; // tests only: "" or milliseconds that stand for Redis' TIME
};

// The queue on Redis. `on` must outlive it.
std::unique_ptr<task_queue> open_redis_queue(redis::client& on, queue_options options);

// The channel of hints: "q <lane>" when a task became claimable, "q" when a place became free, "c"
// when a callback became due.
std::string hint_channel(std::string_view prefix);

// The channel of changes: the ids, divided by spaces, of tasks that were submitted or have a new
// event. A subscriber is told when to look, and reads with follow().
std::string live_channel(std::string_view prefix);

} // namespace imagined::queue
