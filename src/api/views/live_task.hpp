// A task as the live API shows it: the task of the Midjourney API, unchanged, in an envelope of
// what a person or a screen wants to know at a glance.
#pragma once

#include "views/shown_task.hpp"

#include "imagined/base/failure.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/task/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

// waiting, needs_input, running, succeeded, failed, cancelled. A task that went back to its queue
// is still running, as in the Midjourney API.
std::string_view live_status(const task::record& task);

// True if submitting the same request again may succeed.
bool may_retry(task::fail_code why);

// Why a task failed, for people.
std::string failure_reason(const queue::snapshot& failed);

// 0 to 100; nullopt while it waits.
std::optional<int> live_progress(const task::record& task, unix_millis now);

struct live_place {
    std::size_t ahead = 0;
    std::int64_t expected_wait_ms = 0;

    friend bool operator==(const live_place&, const live_place&) = default;
};

// "<public_url>/v1/tasks/<id>"
std::string live_url(std::string_view public_url, std::string_view id);

// The members "self", "events", "cancel" and "result" as a JSON object.
std::string live_urls(std::string_view public_url, std::string_view id);

// The whole document as JSON text. `place` is shown while the task waits. `corrupt` when its
// submission cannot be read.
result<std::string> live_task(
    const queue::snapshot& task,
    const std::optional<live_place>& place,
    const shown_at& where,
    unix_millis now
);

// What tells two states of the document apart. The revision stands in front, so that a waiting
// client's tag says which state it has seen.
std::string
live_tag(const queue::snapshot& shown, const std::optional<live_place>& place, unix_millis now);

// The revision in a tag of ours among those of `header`; nullopt without one.
std::optional<std::uint64_t> revision_in(std::string_view header);

// One line of a task's history for its owner: what happened, without the names of backends, keys
// and workers, which are the operator's.
std::string_view live_step(task::event_kind happened);

} // namespace imagined::api
