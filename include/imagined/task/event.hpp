// What happened to a task, as its history keeps it: a kind and its fields, no sentence. Whoever
// shows an event makes the sentence. The scripts of the queue write most kinds themselves.
#pragma once

#include "imagined/base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

// Behind each kind its fields, in order. Only the last one may contain bars.
enum class event_kind {
    submitted,
    resubmitted,        // id of the task that it repeats
    modal_answered,     //
    modal_expired,      // nobody answered the modal
    claimed,            // worker
    called,             // slot, first picture, number of pictures
    answered,           // slot
    answered_late,      // index of the call, whose worker had lost its lease
    refused,            // slot, what the upstream said
    not_started,        // slot, why
    unconfirmed,        // the marker of a call was not confirmed in time
    lost,               // slot, why: the outcome of the call is unknown
    released,           // why
    lease_expired,      // worker
    stored,             // number of pictures
    described,          // number of texts
    picked,             // number of the picture, id of its task
    shortened,          // here, without a call
    failed,             // the fail code, or why a stored task cannot be read
    overdue,            // past its deadline before a call could start
    ambiguous,          // it ended because the outcome of a call is unknown
    cancelled,          //
    callback_delivered, // status, what the receiver said
    callback_gone,      // status, what the receiver said: it wants no more
    callback_failed,    // status, number of the attempt, why
    callback_given_up,  // status of the dead letter
    other               // a kind that this version does not know
};

struct happening {
    event_kind kind = event_kind::other;
    std::vector<std::string> fields = {};
    // Instead of fields: the text of an entry that another version wrote.
    std::string sentence = {};

    friend bool operator==(const happening&, const happening&) = default;
};

struct event {
    std::uint64_t sequence = 0;
    unix_millis at = 0;
    happening what;
};

// "calling|camel-1:ab12|1|4": as the history keeps it.
std::string to_text(const happening& what);

// Never fails: what is not understood is `other`, with its text as sentence.
happening happening_from_text(std::string_view text);

// In English, for operators: "calling camel-1:ab12, picture 1 and on, 4 in all".
std::string sentence_of(const happening& what);

} // namespace imagined::task
