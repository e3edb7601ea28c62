// Carries out what task_machine.hpp decides for one claimed task: one action at a time, each ending
// as the event that goes in next. Calls beside others, and the pictures of an answer, run as
// coroutines of their own meanwhile. Decides nothing but how long a write is repeated and vouched
// for. Held by shared_ptr: calls may outlive the task's interest in them.
#pragma once

#include "downloads.hpp"
#include "shift.hpp"
#include "task_machine.hpp"

#include "imagined/task/submission.hpp"
#include "imagined/task/trace.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace imagined::worker {

class task_runner : public std::enable_shared_from_this<task_runner> {
public:
    task_runner(
        std::shared_ptr<shift> on, queue::claimed claimed, std::shared_ptr<holding> holding
    );

    // False: nothing is left to do but to wait for the answer of its one call, which is most of a
    // task's life. Then no coroutine need wait with it: when_answered() tells when to resume().
    awaitable<bool> run();
    awaitable<bool> resume(); // as run()
    void when_answered(std::function<void()> go);

    // The worker holds the task no more.
    void leave();

    const std::string& id() const { return record().id; }

private:
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
    struct sent_call {
        int index = 0;
        backend::backend* at = nullptr;
        std::string slot;
        std::string path; // under the backend's base_url
        std::string span;
        std::chrono::steady_clock::time_point began;
        std::shared_ptr<http::unanswered> answer; // nullptr: it could not be made
    };

    const task::record& record() const { return machine_.record(); }

    unix_millis now() const { return on_->parts.tasks.now(); }

    const task::submission& submission();
    moment look_around() const;
    awaitable<bool> go_on(event came);

    // -- Actions
    awaitable<event> perform(const actions::find_keys& todo);
    awaitable<event> perform(const actions::ask& todo);
    awaitable<event> perform(const actions::take_back& todo);
    awaitable<event> perform(const actions::send& todo);
    awaitable<event> perform(const actions::wait& todo);
    awaitable<event> perform(const actions::record_not_started& todo);
    awaitable<event> perform(const actions::record_lost& todo);
    awaitable<event> perform(const actions::record_answer& todo);
    awaitable<event> perform(const actions::release& todo);
    awaitable<event> perform(const actions::mark_complete& todo);
    awaitable<event> perform(const actions::obtain& todo);
    awaitable<event> perform(const actions::wait_for_disk& todo);
    awaitable<event> perform(const actions::ask_disk& todo);
    awaitable<event> perform(const actions::show& todo);
    awaitable<event> perform(actions::finish& todo);
    awaitable<event> perform(const actions::settle& todo);
    awaitable<event> perform(const actions::leave& todo);

    // -- Calls
    awaitable<result<backend::wire_request>>
    build(const backend::dialect& dialect, const backend::call_plan& plan, milliseconds limit);
    backend::picture_source link_source(milliseconds limit);
    awaitable<> make_call(std::shared_ptr<granted_call> granted);
    awaitable<sent_call> send(granted_call granted);
    awaitable<events::call_ended> receive(sent_call sent);
    void tell_end(const backend::outcome& came, const sent_call& sent) const;
    void tell_change(const backend::outcome& came, const sent_call& sent);

    // -- Storing
    void begin_downloads(const std::vector<picture_order>& orders, int unreadable_answers);
    awaitable<event> show_submitted();

    // Delivers an event that was leased to us. "" as body: the task as it stands now.
    void start_callback(
        std::string status, std::string progress, queue::event_lease lease, std::string body = {}
    );

    std::shared_ptr<shift> on_;
    std::shared_ptr<holding> holding_;
    std::string text_;                             // of the submission
    std::unique_ptr<task::submission> submission_; // nullptr while its one call is waited for
    task_machine machine_;
    task::trace trace_;
    std::optional<queue::event_lease> claim_event_; // "SUBMITTED"
    std::unique_ptr<granted_call> granted_;         // to be sent next
    std::unique_ptr<sent_call> only_;               // what resume() goes on with
    std::vector<events::call_ended> ended_;         // to be told, oldest first
    wakeup call_ended_;                             // one more in ended_
    std::shared_ptr<downloads> downloads_;
    std::exception_ptr trouble_; // that ended an action
};

} // namespace imagined::worker
