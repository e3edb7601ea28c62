// The queue as an operator sees it at one moment: figures, keys and backends in trouble, switches.
#pragma once

#include "imagined/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagined::queue {

// What operators have turned off or down at a channel: a backend, that is all of its slots, or one
// slot. A slot's own limit counts before its backend's.
struct channel_switch {
    std::string name;
    unix_millis paused_since = 0; // 0: it is not
    std::optional<int> limit;     // calls in flight at each slot, instead of the configured ones
};

struct switches {
    unix_millis intake_paused_since = 0;   // 0: submits are taken
    unix_millis dispatch_paused_since = 0; // 0: waiting tasks are claimed
    std::vector<channel_switch> channels;  // those with a switch turned, by name
};

struct slot_state {
    std::string name;
    int in_flight = 0;
    unix_millis cooling_until = 0; // 0: not cooling
    bool disabled = false;
    bool refused = false;  // disabled, or since then tried by one task alone
    bool on_trial = false; // it was left alone; until a call proves it, one task at a time tries it
    // What the upstream said when it last did not take a call, or "".
    std::string words = {};
    int group_calls = 0;           // in progress in its group
    int group_pictures = 0;        // that they ask for
    int lowered_pictures = 0;      // the limit that an upstream taught; 0: the configured one holds
    unix_millis resting_until = 0; // of the group, whose upstream has no room; 0: it does not

    // The limit of pictures that holds in its group; 0: none.
    int picture_limit(int configured) const {
        return lowered_pictures > 0 ? lowered_pictures : configured;
    }
};

// An operation of a backend whose address answers as if nothing of the kind were there.
struct shut_route {
    std::string backend;
    std::string operation;
    unix_millis until = 0; // after it one real task tries
    int times = 0;         // such answers, one after the other
    std::string words;     // the last one
};

// A caller with a limit of its own, and how many of its tasks run.
struct caller_load {
    std::string name;
    int running = 0;
    int most = 0;
};

// A backend whose breaker opened: more than half of at least ten calls failed within a minute.
struct breaker_state {
    std::string backend;
    unix_millis open_until = 0; // after it one real task tries the backend
};

struct statistics {
    std::size_t waiting = 0;
    std::size_t running = 0;
    std::size_t modal = 0;
    std::size_t outbox = 0;
    std::size_t dead_letters = 0;
    unix_millis now = 0;
    unix_millis oldest_waiting = 0; // submit time; 0 without
    int workers = 0;
    std::int64_t spent_micros_today = 0;
    std::vector<std::pair<std::string, std::int64_t>> spent_by_backend_today;
    // Reserved for calls under way, and for those whose bill will never be known.
    std::vector<std::pair<std::string, std::int64_t>> held_by_backend_today;
    std::vector<breaker_state> breakers;
    std::vector<slot_state> slots;
    std::vector<std::pair<std::string, std::size_t>> lanes;
    // Observed, from a call's marker to its answer, by call_marker::duration_key.
    std::vector<std::pair<std::string, std::int64_t>> durations_ms;
    std::vector<shut_route> shut;
    std::vector<caller_load> loads;
    switches turned;
};

} // namespace imagined::queue
