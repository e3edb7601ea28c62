// From the scripts' replies to values. Pure; a reply that no script can have
// sent is `corrupt`.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/queue/operating.hpp"
#include "imagined/queue/outbox.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/queue/work.hpp"
#include "imagined/redis/client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::queue {

// "ok", "stale", …: the first element, with which every script begins its
// answer.
std::string_view word_of(const redis::reply& answer);

// Element `at` of a script's answer; a shared nil when there is none.
const redis::reply& item(const redis::reply& answer, std::size_t at);

std::string text_at(const redis::reply& answer, std::size_t at);
std::int64_t number_at(const redis::reply& answer, std::size_t at);

// Of what our own scripts wrote; 0 for anything else.
std::int64_t to_number(std::string_view text);

// A task's hash as HGETALL gives it.
result<task::record> record_from(std::string id, const redis::reply& hash);

// Adds the calls of a task's call hash (fields m<i> and a<i>), in index order.
result<void> add_calls(task::record& to, const redis::reply& hash);

// A task's hash, submission and view, each as its key gives it.
result<snapshot> snapshot_from(
    std::string id,
    const redis::reply& hash,
    const redis::reply& submission,
    const redis::reply& view
);

// {id, {hash, submission, view}}, as newest and unfinished give it.
result<snapshot> snapshot_from(const redis::reply& entry);

// {id, {hash, submission, view}, {event, …}, ahead}, as follow gives it to who
// knows the events up to `known`.
result<followed> followed_from(const redis::reply& entry, std::optional<std::uint64_t> known);

// "<sequence>|<ms>|<kind>|<field>|…".
result<task::event> event_from(std::string_view text);

result<claimed> claimed_from(const redis::reply& entry);
// Elements `at` and `at` + 1 of an answer: nonce and sequence, or nothing.
std::optional<event_lease> event_lease_from(const redis::reply& answer, std::size_t at);
result<due_event> due_event_from(const redis::reply& entry);
result<statistics> statistics_from(const redis::reply& answer);

// The hash of switches, as HGETALL gives it.
switches switches_from(const redis::reply& flat);

// "pause:official" is {"pause", "official"}, "intake" is {"intake", ""}.
std::pair<std::string, std::string> switch_parts(std::string_view name);

// {word, id, immediate, ahead, left}, as submit and submit_modal tell it.
result<submitted> submitted_from(const redis::reply& answer);

} // namespace imagined::queue
