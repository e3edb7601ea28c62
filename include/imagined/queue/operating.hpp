// What operators and the program's own start do to the queue. What holds for all ports stands in
// work.hpp.
//
// Switches hold for all processes, and stay until they are turned again. What changes anything is
// kept in the list of actions, in the same step; `who` stands there.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/statistics.hpp"
#include "imagined/queue/submission.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace imagined::queue {

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

class operating {
public:
    virtual ~operating() = default;

    // Whether all that the queue does could be done now. `rejected` names a right that we lack.
    virtual awaitable<result<void>> probe() = 0;

    // Writes what claims need to know of the configured callers.
    virtual awaitable<result<void>> register_callers(std::vector<caller_limits> callers) = 0;

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

    // Makes the terminal event of an ended task due again. `conflict` if it has not ended, or has
    // no hook. With `who` it stands among what operators did.
    virtual awaitable<result<void>> replay_callback(std::string id, std::string who = {}) = 0;

    // A new task that asks for the same as the ended `of`, and begins with answers that were paid
    // for that one: of its calls with these indices. With `complete` nothing is left to be asked
    // for. Of `again` lane, task_timeout, queue_limit and event count; the rest is as it was.
    // `not_found` if there is no such task, `conflict` if it has not ended or has no such answer.
    // Not safe to repeat.
    virtual awaitable<result<submitted>>
    resubmit(std::string of, new_task again, std::vector<int> calls, bool complete) = 0;

    // Recounts every set against the tasks, in steps; each entry is one broken invariant.
    virtual awaitable<result<std::vector<std::string>>> audit() = 0;
};

} // namespace imagined::queue
