// The life of one claimed task in its worker, as decisions: what happened goes into resume(), what
// is to be done next comes out. Pure: no I/O, no coroutine, no clock; the time is a parameter.
// task_runner.hpp carries the actions out, one at a time, and tells how each ended.
//
//      claimed
//         │            ┌──────────────── nothing can start: back to the queue (releasing) ──► left
//         ▼            │
//   ┌─► choosing ──► asking ◄─► taking_back      asking: the call's marker, durable before a byte
//   │    a key         │ granted                 of it leaves; another key where it has no place
//   │                  ▼
//   │                sending
//   │                  │             its other calls are started meanwhile
//   │                  ▼
//   ├─ pictures are  waiting ◄──────────┐
//   │  missing         │ a call ended   │ others are under way
//   │                  ▼                │
//   └────────────── recording ──────────┘  answered | surely not started | unknowable | refused
//                      │ nothing is missing, or nothing more may be asked
//                      ▼
//                   marking       the queue knows that no further call will be made
//                      ▼
//                  obtaining ◄──► disk_wait, asking_disk    until the links of the pictures die
//                      │    └───► releasing                 to the lane of what only needs storing
//                      ▼
//                   showing ──► ending ──► settling ──► left
//
// Whatever happens in between, what is recorded suffices for another worker to go on: up to the
// marker nothing was paid; between marker and recorded answer the call counts as lost once its
// deadline has passed; from the recorded answer on everything may be done again without a call.
// When the queue says that the task is not ours any more (`gone`), calls under way still record
// what they bring, and nothing else is written.
#pragma once

#include "coverage.hpp"
#include "ending_rule.hpp"
#include "paid_pictures.hpp"
#include "setbacks.hpp"
#include "storing_rule.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/queue/work.hpp"
#include "imagined/task/event.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/view.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace imagined::worker {

// What of the submission decides how its task goes on.
struct task_terms {
    int images = 1;
    task::operation what = task::operation::generate;
    bool native = false;       // without buttons
    bool has_pictures = false; // that it was submitted with
    task::language lang = task::language::zh;
    std::optional<failure> unreadable = {}; // the stored submission cannot be read; else nullopt
};

// A key that may serve the task, and how its backend would divide the request into calls.
struct key_choice {
    queue::slot slot;
    std::string backend;
    int lacking = 0; // how many fields of the request the backend cannot express
    milliseconds timeout{0};
    std::vector<backend::call_plan> plan;
};

// The surroundings of a decision.
struct moment {
    std::chrono::steady_clock::time_point now;
    unix_millis wall = 0;    // the queue's clock
    bool stopping = false;   // the worker stops: nothing new is begun
    bool lease_lost = false; // the queue gave the task to somebody else, or it ended
    bool call_ended = false; // the end of a call is there to be told by the next wait
};

// What is to be done. Each says with which event it ends; "done" is events::done.
namespace actions {

// Look whether the disk has room, and which keys may serve the request, best first. -> keys_found
struct find_keys {};

// Build the request and write the marker of its call. -> asked, unbuildable
struct ask {
    int index = 0;
    key_choice key;
    backend::call_plan plan;
};

// Void a marker that may have been written: its call was surely not made. -> done
struct take_back {
    int index = 0;
};

// Send the call whose marker was granted. Its end is told by a later wait. -> done
struct send {
    int index = 0;
    bool alone = false;                      // nothing but its answer is waited for
    std::optional<queue::event_lease> event; // "IN_PROGRESS", to be told to the hook
};

// Wait for the end of a call, at most so long. -> call_ended, woken
struct wait {
    milliseconds limit{0};
};

// -> setback_told
struct record_not_started {
    int index = 0;
    queue::key_verdict said;
};

// -> loss_told
struct record_lost {
    int index = 0;
    std::string why;
    queue::aftermath after = queue::aftermath::under_way;
};

// Record a paid answer, however long it takes, and fetch `pictures` meanwhile. -> recorded
struct record_answer {
    int index = 0;
    std::string backend;
    std::string answer;
    bool complete = false; // no further call will be made
    std::int64_t cost_micros = 0;
    std::vector<picture_order> pictures = {};
    int unreadable_answers = 0;
};

enum class lane { as_it_stands, where_it_belongs, storing };

// Give the lease back. -> done
struct release {
    lane to = lane::as_it_stands;
    milliseconds delay{0};
    std::string why;
};

// Tell the queue that no further call will be made; `answer` is recorded already. -> recorded
struct mark_complete {
    int index = 0;
    std::string answer;
};

// Fetch and store these pictures as well, and wait for all that are under way. -> obtained
struct obtain {
    std::vector<picture_order> pictures = {};
    int unreadable_answers = 0;
};

// Wait until the disk may take what is paid, at most so long. Downloaded pictures are not held
// meanwhile. -> woken
struct wait_for_disk {
    milliseconds limit{0};
    std::string trouble; // why, when it begins; else ""
};

// Whether the disk takes so much. -> disk_answered
struct ask_disk {
    std::uint64_t bytes = 0;
};

// Make what imageUrl shows from the stored pictures; without any, from the picture that was
// submitted. -> shown
struct show {
    std::vector<stored_place> stored = {}; // ascending
    int listed = 0;                        // how many there were to be
};

// Write the end. Its view is still to be rendered, of `delivered` if it is a success. -> done
struct finish {
    queue::ending how;
    std::optional<task::delivery> delivered;
};

// Free the place of a refused call, and tell what it says about its key. -> done
struct settle {
    int index = 0;
    queue::key_verdict said;
};

// Nothing: the worker does not hold the task any more.
struct leave {};

} // namespace actions

using action = std::variant<
    actions::find_keys,
    actions::ask,
    actions::take_back,
    actions::send,
    actions::wait,
    actions::record_not_started,
    actions::record_lost,
    actions::record_answer,
    actions::release,
    actions::mark_complete,
    actions::obtain,
    actions::wait_for_disk,
    actions::ask_disk,
    actions::show,
    actions::finish,
    actions::settle,
    actions::leave>;

// How an action ended.
namespace events {

struct done {}; // also what begins the life of a task

struct woken {};

struct keys_found {
    std::vector<key_choice> keys;
    bool has_room = true;     // for what a call would bring
    std::string no_room = {}; // why not, for people
};

struct asked {
    result<queue::call_grant> grant;
};

struct unbuildable {
    failure why;
};

struct call_ended {
    int index = 0;
    backend::outcome came;
    std::string address;    // that was asked
    std::int64_t price = 0; // of a picture, USD millionths
};

struct setback_told {
    result<queue::setback> told;
};

struct loss_told {
    result<bool> may_repeat;
};

struct recorded {
    result<void> written;
};

struct obtained {
    std::vector<picture_outcome> outcomes; // of those that ended since the last time
};

struct disk_answered {
    bool fits = false;
};

struct shown {
    std::vector<int> numbers;   // of the stored ones that there are now, without the damaged
    std::vector<int> damaged;   // by the number that they had
    bool undrawable = false;    // they are well, and their grid cannot be made
    bool half_numbered = false; // nothing is known of the stored files any more
    result<task::picture> picture = failure{};
};

} // namespace events

using event = std::variant<
    events::done,
    events::woken,
    events::keys_found,
    events::asked,
    events::unbuildable,
    events::call_ended,
    events::setback_told,
    events::loss_told,
    events::recorded,
    events::obtained,
    events::disk_answered,
    events::shown>;

class task_machine {
public:
    // `reserved` is the slot where claiming took a place for the first call, or "".
    task_machine(task::record claimed, std::string reserved, task_terms terms);

    // The first event is `done`; then each must be one that the last action ends with. After
    // `leave` it is not called any more.
    action resume(event came, const moment& at);

    // The last action ended as no event, by an exception: the task is left to whoever takes it
    // over, but for what calls under way still bring. `woken` is the next event.
    void abandon();

    // The task as the queue knows it, with what we did since.
    const task::record& record() const { return record_; }

private:
    enum class state {
        claimed,
        choosing,
        asking,
        taking_back,
        sending,
        waiting,
        recording,
        rescuing, // an answer that could not be recorded: its pictures are kept all the same
        releasing,
        marking,
        obtaining,
        disk_wait,
        asking_disk,
        showing,
        ending,
        settling,
        left
    };

    // A call that was refused for good. It is settled once the task's end is written: whoever took
    // over in between would ask once more.
    struct refused_call {
        int index = 0;
        queue::key_verdict said;
        std::string slot;
    };

    // -- Calling
    action go_on(const moment& at);
    action wait(milliseconds limit);
    action on_keys_found(events::keys_found found, const moment& at);
    action ask_first_key();
    action ask_next_key(const moment& at);
    action on_unbuildable(const failure& why, const moment& at);
    action on_asked(const result<queue::call_grant>& grant, const moment& at);
    action send(const queue::call_grant& grant, const moment& at);
    action without_room(std::string why);
    action without_place(const moment& at);
    action release(actions::lane to, milliseconds delay, std::string why);
    task::call asked_call(const moment& at) const;
    task::call& call_at(int index);

    // -- Recording
    action on_call_ended(events::call_ended ended, const moment& at);
    action record_answer(events::call_ended ended);
    action on_recorded(const event& came, const moment& at);
    action end_of_call(const moment& at);
    void give_up_if_hopeless();

    // -- Storing
    action deliver();
    action obtain();
    action obtain_again();
    std::vector<picture_order> list();
    std::vector<picture_order> open_pictures() const;
    action on_obtained(const events::obtained& got, const moment& at);
    action wait_to_store(std::string trouble, const moment& at);
    action pause_before_disk(std::string trouble, const moment& at);
    action look_at_disk(std::string trouble, const moment& at);
    bool are_links_dead(const moment& at) const;
    harvest count() const;

    // -- Ending
    action end(const moment& at);
    void note_numbers(const events::shown& made);
    action on_shown(const events::shown& made, const moment& at);
    action end_described(bool is_shown, const moment& at);
    action succeed(task::delivery delivered, bool lost, task::happening event, const moment& at);
    action fail(verdict why, const moment& at);
    action fail(
        task::fail_code code, const task::bilingual& reason, task::happening event, const moment& at
    );
    action settle_next();

    state now_ = state::claimed;
    task::record record_;
    std::string reserved_;
    task_terms terms_;

    std::vector<key_choice> keys_; // still to be asked, the one that is asked in front
    backend::call_plan plan_;      // of the call that is asked for
    std::set<std::string> backends_;
    std::set<std::string> tried_;   // slots that did not start a call since the task was claimed
    bool others_ = false;           // keys that may start a call later: waiting for a place helps
    bool some_over_budget_ = false; // a key with a free place may be of no use: do not race for it
    setbacks setbacks_;

    int under_way_ = 0;
    int recording_ = 0;          // the index of the call whose end is recorded
    bool complete_ = false;      // its answer was the last one
    bool found_nothing_ = false; // it met an address where nothing is
    task::bilingual absence_;    // which address that was, and what it said

    bool gone_ = false;     // the task is no longer ours: nothing more is written
    bool too_late_ = false; // for another call
    std::optional<refusal> refused_;
    std::vector<refused_call> refused_calls_;
    std::size_t settled_ = 0;

    bool listed_ = false; // the pictures of all answers are, and are under way
    paid_list paid_;
    storing_rule disk_rule_;
    std::chrono::steady_clock::time_point disk_pause_end_;
};

} // namespace imagined::worker
