// The life of one claimed task in this worker: make its missing calls, store what was paid, end it.
// Decisions are in coverage.hpp and ending_rule.hpp; this is the I/O around them. Held by
// shared_ptr: calls run as coroutines of their own and may outlive the step's interest in them.
#pragma once

#include "coverage.hpp"
#include "ending_rule.hpp"
#include "setbacks.hpp"
#include "shift.hpp"
#include "storing_rule.hpp"

#include "imagined/task/submission.hpp"
#include "imagined/task/trace.hpp"
#include "imagined/task/view.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace imagined::worker {

// Midjourney shows grids of everything but what was enlarged.
bool shows_grid(const task::submission& submission);

// A stored picture as the task shows it.
task::picture described(int n, const store::stored_picture& stored);

class task_step : public std::enable_shared_from_this<task_step> {
public:
    task_step(std::shared_ptr<shift> on, queue::claimed claimed, std::shared_ptr<holding> holding);

    // False: nothing is left to do but to wait for the answer of its one call, which is most of a
    // task's life. Then no coroutine need wait with it: when_answered() tells when to resume().
    awaitable<bool> run();
    awaitable<bool> resume(); // as run()
    void when_answered(std::function<void()> go);

    // The worker holds the task no more.
    void leave();

    const std::string& id() const { return record_.id; }

private:
    result<void> read_submission();

    // While its one call is held, a submission is kept as its text alone: a quarter of it.
    void fold() { submission_.reset(); }

    void unfold();
    awaitable<bool> go_on();

    // Delivers an event that was leased to us. "" as body: the task as it stands now.
    void start_callback(
        std::string status, std::string progress, queue::event_lease lease, std::string body = {}
    );

    // What trying to start a call came to.
    enum class start { started, no_place, no_room, too_late, over_budget, split, gone };

    // How making calls ends: over and the task still ours; its one call sent; the task not ours.
    enum class calls { over, held, gone };

    // -- calling.cpp
    awaitable<calls> make_calls();
    awaitable<start> start_call();
    awaitable<start> start_call_at(backend::key_slot key, backend::backend& at);

    // A call whose marker is granted.
    struct granted_call {
        int index = 0;
        backend::backend* at = nullptr;
        backend::wire_request wire;
        // The marker's deadline is later than this: past it the queue gives the call up, and frees
        // its place. A process that was frozen in between must not start the call then.
        std::chrono::steady_clock::time_point until;
    };

    // A call that is sent, and its answer waited for.
    struct held_call {
        int index = 0;
        backend::backend* at = nullptr;
        std::string path; // under the backend's base_url
        std::string span;
        std::chrono::steady_clock::time_point began;
        std::shared_ptr<http::unanswered> answer; // nullptr: it could not be made
    };

    void spawn_granted();
    awaitable<held_call> send(granted_call granted);
    awaitable<> hear(held_call held);
    void tell_end(
        const backend::outcome& came,
        const backend::backend& at,
        const std::string& span,
        std::chrono::steady_clock::duration took
    ) const;
    awaitable<> record(int index, backend::backend& at, backend::outcome came);
    awaitable<> record_answer(int index, backend::backend& at, backend::answer answer);
    awaitable<> give_back(std::string lane, milliseconds delay, std::string why);
    std::vector<backend::key_slot> keys_to_try() const;
    std::string lane_now() const;
    backend::picture_source link_source(milliseconds limit) const;
    task::call& call_at(int index);

    unix_millis now() const { return on_->parts.tasks.now(); }

    // -- refusals.cpp
    awaitable<>
    record_not_started(int index, const backend::backend& at, const backend::outcome& came);
    void note_refusal(int index, const backend::outcome& came);
    awaitable<> settle_refused();
    void note_success(const backend::backend& at, const std::string& slot);
    void give_up_if_hopeless();
    bool waits_for_its_right();
    std::string route_at(const backend::backend& at) const;
    std::set<std::string> backends_to_ask() const;

    // Settled once the task's end is written.
    struct refused_call {
        int index = 0;
        queue::key_verdict key;
        std::string event;
    };

    // -- storing.cpp
    struct wanted_picture {
        int n = 1;
        std::string url;
        std::string backend;
        std::string bytes; // once downloaded in this step
        // open: to be obtained, be it once more; later: not to be had now; unreadable: not at all;
        // unstored: the disk refused it for as long as it could be had.
        enum class state { open, stored, unreadable, damaged, later, unstored } now = state::open;
        std::size_t size = 0; // once known
        task::picture shown;
        bool is_shown = false; // stored as picture 0 too
    };

    // The pictures of all answers so far, on their way.
    struct downloads {
        explicit downloads(const executor& on) : ended(on) {}

        std::vector<wanted_picture> pictures;
        std::size_t under_way = 0;
        wakeup ended;        // one more
        std::string trouble; // why the last of them could not be stored

        // Held by each of them for as long as it runs.
        struct one {
            ~one() {
                --of->under_way;
                of->ended.ring();
            }

            downloads* of;
        };
    };

    awaitable<> deliver();
    std::shared_ptr<downloads> begin_downloads();
    void obtain_open(const std::shared_ptr<downloads>& of);
    awaitable<> all_of(std::shared_ptr<downloads> begun);
    awaitable<bool> wait_to_store(downloads& of, storing_rule& rule);
    bool is_link_dead(const wanted_picture& of) const;
    bool are_links_dead(const std::vector<wanted_picture>& of) const;
    harvest count(const std::vector<wanted_picture>& pictures) const;
    awaitable<bool> mark_complete();
    std::vector<wanted_picture> list_pictures();
    awaitable<> obtain(std::shared_ptr<downloads> all, std::size_t at);
    awaitable<result<std::string>> download(const wanted_picture& wanted);
    awaitable<result<void>> end(std::vector<wanted_picture>& pictures);
    std::string event_of_failure(task::fail_code code) const;
    awaitable<> succeed(task::delivery delivered, bool lost, std::string event);
    awaitable<> finish(queue::ending how);
    awaitable<> fail(task::fail_code code, task::bilingual reason, std::string event);

    // -- showing.cpp
    struct shown_picture {
        task::picture picture;
        std::vector<std::string> notes;
    };

    // Fails with `corrupt` when none of them can be decoded.
    awaitable<result<shown_picture>> make_shown(std::vector<wanted_picture>& pictures);

    // -- describing.cpp
    awaitable<> end_described(harvest brought);
    std::vector<std::string> list_descriptions() const;

    std::shared_ptr<shift> on_;
    queue::claimed claimed_;
    std::shared_ptr<holding> holding_;
    std::unique_ptr<task::submission> submission_; // nullptr while it is folded
    task::trace trace_;
    task::record& record_;                  // claimed_.record, kept up to date with what we did
    wakeup changed_;                        // a call ended
    std::unique_ptr<granted_call> granted_; // to be sent next
    std::unique_ptr<held_call> held_;       // what resume() goes on with
    int most_pictures_ = 0;                 // of a call, as a start that is to be split was told
    int in_flight_ = 0;
    bool gone_ = false; // the task is no longer ours: nothing more is written
    bool too_late_ = false;
    std::optional<refusal> refused_;
    std::vector<refused_call> refused_calls_;
    setbacks setbacks_;
    task::bilingual absence_;       // where the upstream has nothing, and what it said
    std::set<std::string> tried_;   // keys that did not start a call in this step
    bool some_key_cools_ = false;   // waiting for a place is enough; else the step backs off
    bool some_over_budget_ = false; // a key with a free place may be of no use: do not race for it
    int unsafe_ = 0;
    std::shared_ptr<downloads> downloads_; // of all answers, once the last one is there
};

} // namespace imagined::worker
