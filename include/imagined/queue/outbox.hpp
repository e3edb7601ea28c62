// Callbacks that are owed: one event of a task at a time, in order. What holds for all ports stands
// in work.hpp.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/task/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagined::queue {

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

class outbox {
public:
    virtual ~outbox() = default;

    // Leases up to `most` events that are due, of each caller no more than `room` has for it, and
    // of the callers in turn.
    virtual awaitable<result<std::vector<due_event>>>
    claim(std::size_t most, milliseconds lease, outbox_room room) = 0;
    // `note` stands in the history: what the receiver said; "" leaves it out.
    virtual awaitable<result<void>> delivered(due_event event, std::string note) = 0;
    // Tries it again after `delay`, unless a newer event supersedes it (then that one is due now);
    // without a delay it is given up: a terminal event becomes a dead letter.
    virtual awaitable<result<void>>
    failed(due_event event, std::optional<milliseconds> delay, std::string note) = 0;
    // It could not be tried yet, and is due again after `delay`. Counts as no try.
    virtual awaitable<result<void>> release(due_event event, milliseconds delay) = 0;
    // The receiver wants no more of this task (410): nothing of it is owed any longer.
    virtual awaitable<result<void>> gone(due_event event, std::string note) = 0;
};

} // namespace imagined::queue
