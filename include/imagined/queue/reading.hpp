// Tasks and the queue as they stand, without changing them. What holds for all ports stands in
// work.hpp.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/scope.hpp"
#include "imagined/queue/statistics.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/view.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace imagined::queue {

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

class reading {
public:
    virtual ~reading() = default;

    virtual unix_millis now() const = 0; // Redis' clock: all times of tasks are told by it

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

    // As operators have turned them.
    virtual awaitable<result<switches>> show_switches() = 0;
};

} // namespace imagined::queue
