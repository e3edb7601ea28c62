// What becomes of a submit, whichever front it came through: values. Each front shows them in the
// words of its own protocol; what they say in Midjourney's (`code`) is told here, since all others
// are told by it.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/task/bilingual.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace imagined::submit {

// Midjourney's `code` (mj-api.md §4).
enum class code {
    accepted = 1,
    no_capability = 3,
    bad_request = 4,
    failed = 9,
    modal = 21,
    in_queue = 22,
    queue_full = 23,
    banned = 24
};

// What is left of the limits on waiting tasks, as this submit met them.
struct limits {
    struct limit {
        std::size_t most = 0;
        std::size_t left = 0;
    };

    limit queue;
    std::optional<limit> caller; // nullopt for a caller without one
};

// A task exists. With `stands` it is one that was there before.
struct accepted {
    enum class state {
        starts, // a worker is free for it, or it has ended already
        waits,  // for `ahead` others
        asks,   // for the answer to `question`
        stands  // the request was about the task itself, and changed nothing
    };

    std::string id; // of several that one request made: all of theirs, between commas
    state now = state::starts;
    std::size_t ahead = 0;
    std::string question{};       // what a form is to be filled with
    bool several = false;         // `id` names more than one, or might have
    bool replayed = false;        // the same Idempotency-Key brought it before
    std::optional<limits> left{}; // nullopt where none was met

    code what() const;
};

// No task exists; or, with a status of 500 or more, nobody knows whether one does.
struct refusal {
    // Why not, where another thing than the code is to be told from it.
    struct banned_word {
        std::string prompt;
        std::string word; // as the prompt has it
    };

    code what = code::bad_request;
    // Of HTTP, where the request was not even understood, or could not be judged. 0: it was
    // understood, and is refused; which status says so is each protocol's own affair.
    int status = 0;
    task::bilingual why;    // for people; names the field, and says what is expected of it
    std::string field{};    // that cannot be used; "" for the request as a whole
    seconds retry_after{0}; // 0: nothing is known
    std::optional<banned_word> banned{};
    std::optional<std::string> rate{}; // the caller's, where it is used up
    bool intake_paused = false;        // by an operator
    bool forbidden = false;            // to this caller, however it is written
    std::optional<limits> left{};
};

using outcome = std::variant<accepted, refusal>;

// A request that was understood and cannot be carried out as it is.
refusal refuse(task::bilingual why);
refusal refuse(code what, task::bilingual why);

// The same for what stands in one field; the text gets the field's name in front.
refusal refuse_field(std::string_view field, const task::bilingual& expected);

// A request that is told by a status of HTTP; code 4 below 500, 9 from 500.
refusal refuse_with_status(int status, task::bilingual why);

// 503: the same request may succeed in so many seconds.
refusal refuse_for_now(task::bilingual why, seconds retry_after);

// No configured backend can do it.
refusal refuse_unserved();

// What an infrastructure failure looks like from outside: its kind decides the status, its detail
// goes to the log under `doing` and nowhere else.
refusal failed(const failure& cause, std::string_view doing);

} // namespace imagined::submit
