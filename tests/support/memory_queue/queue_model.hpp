// What the queue promises, as plain structs and rules: no set is kept beside a task's own facts, so
// there is nothing to get out of step. Beside it, the scripts must give the same answers and leave
// the same tasks behind.
#pragma once

#include "imagined/queue/operating.hpp"
#include "imagined/queue/outbox.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/queue/submission.hpp"
#include "imagined/queue/work.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace imagined::test {

inline constexpr unix_millis day_ms = 86'400'000;

// The backend whose place a slot is: "alpha" of "alpha:1".
inline std::string backend_of(const std::string& slot) {
    return slot.substr(0, slot.rfind(':'));
}

struct model_call {
    enum class fate { in_flight, answered, not_started, lost, repeated };

    fate now = fate::in_flight;
    int first = 1;
    int count = 1;
    unix_millis started = 0;
    unix_millis deadline = 0;
    std::string slot;
    std::string answer;
    bool over = false; // lost, but surely not under way any more
    std::int64_t held = 0;
    unix_millis held_on = 0; // day

    // Still may be answered, and so keeps its place until its deadline unless it is over.
    bool open() const {
        return now == fate::in_flight || now == fate::lost || now == fate::repeated;
    }
};

struct model_event {
    std::uint64_t sequence = 0;
    std::string status;
    std::string progress;
};

struct model_task {
    enum class place { none, queue, delay };

    task::record record; // without calls
    std::string submission;
    std::string view;
    bool hook = false;      // was named
    bool hook_gone = false; // wants no more
    place where = place::none;
    std::string standing_in; // the lane of its place
    unix_millis due = 0;     // of a delay, or of a modal
    unix_millis lease_until = 0;
    milliseconds lease{15000};
    std::string reserved; // slot
    int reserved_pictures = 0;
    unix_millis reserved_until = 0;
    std::string duration_key;
    std::map<int, model_call> calls;
    int refusals = 0;                 // how often its calls met the same one, one after the other
    std::vector<task::event> history; // without the submit
    // How often it found nothing at a backend's address, and when last.
    std::map<std::string, std::pair<int, unix_millis>> absences;
    std::deque<model_event> outbox;
    unix_millis outbox_due = 0;
    std::string outbox_nonce;
    int outbox_attempt = 0;
    milliseconds wished{0};      // the writer would deliver the next event itself
    std::uint64_t handed_on = 0; // sequence of an event that was leased to its writer
    std::uint64_t end_sequence = 0;
    bool dead_letter = false;
    unix_millis kept_from = 0; // retention counts from here

    bool ended() const { return task::is_terminal(record.state); }

    bool at_work() const {
        return record.state == task::state::leased || record.state == task::state::calling
               || record.state == task::state::storing;
    }

    bool waiting() const { return where == place::queue && standing_in != queue::storing_lane; }

    int calls_in_flight() const;
};

class queue_model {
public:
    using refusal = std::optional<failure_kind>; // none: it was done
    static constexpr auto conflict = failure_kind::conflict;

    using tasks_by_id = std::map<std::string, model_task>;

    struct cooling {
        unix_millis until = 0;
        int times = 0;
        bool disabled = false;
    };

    struct breaker {
        std::map<std::string, unix_millis> tried; // members: "<task>:<call>"
        std::map<std::string, unix_millis> failed;
        std::optional<unix_millis> open_until;
        std::string trial; // the member that tries it while half open
        unix_millis trial_until = 0;
    };

    // Of a group of slots.
    struct lowering {
        int limit = 0; // of pictures
        unix_millis since = 0;
    };

    struct resting {
        unix_millis until = 0;
        int times = 0;
    };

    // An operation at a backend's address where nothing was found.
    struct route {
        unix_millis until = 0;
        int times = 0;
        std::string who; // may try, or tries: a task, or a member "<task>:<call>"
        unix_millis to = 0;
        std::string words;
    };

    struct limits {
        int weight = 1;
        int max_waiting = 0;
        int max_running = 0;
        queue::rate_limit rate = {};
    };

    struct taken {
        std::string id;
        std::string slot;
        std::uint64_t handed_on = 0; // the event that is leased with it; 0: none
    };

    unix_millis now = 0;
    int repeats_allowed = 0;
    milliseconds disabled_for{300'000};

    // -- Verbs, named as the queue's (queue_model.cpp, queue_model_work.cpp,
    // queue_model_duties.cpp).
    std::string reserve_id();
    result<queue::submitted> submit(const queue::new_task& task);
    result<queue::submitted> submit_modal(const queue::scope& who, const queue::new_task& answered);
    void register_callers(const std::vector<queue::caller_limits>& callers);
    result<task::state>
    cancel(const queue::scope& who, const std::string& id, const std::string& reason);
    std::vector<std::string>
    newest(const queue::scope& who, std::size_t most, const queue::id_range& among = {}) const;
    std::vector<std::string> unfinished(const queue::scope& who, std::size_t most) const;

    // The tasks that a claim must take, in order; then the nonces that it really gave are told.
    std::vector<taken> claim(
        const std::string& worker,
        std::size_t most,
        milliseconds lease,
        const std::vector<queue::lane>& lanes,
        milliseconds event_lease = {}
    );
    void learn_nonce(const std::string& id, const std::string& nonce);
    std::vector<std::string> renew(
        const std::string& worker,
        std::size_t capacity,
        milliseconds lease,
        const std::vector<queue::token>& held
    );
    void sign_off(const std::string& worker);
    result<queue::call_grant> calling(const queue::token& held, const queue::call_marker& call);
    result<queue::setback>
    not_started(const queue::token& held, int index, const queue::key_verdict& key);
    result<bool>
    lost(const queue::token& held, int index, const std::string& why, queue::aftermath after);
    refusal stored(
        const queue::token& held,
        int index,
        const std::string& answer,
        bool complete,
        std::int64_t cost
    );
    refusal adopt(const std::string& id, int index, const std::string& answer, std::int64_t cost);
    refusal finish(const queue::token& held, const queue::ending& how);
    refusal release(
        const queue::token& held,
        const std::string& lane,
        milliseconds delay,
        const std::string& why
    );
    void progress(const std::vector<std::pair<queue::token, int>>& steps);

    std::size_t reap(std::size_t most);
    std::size_t promote(std::size_t most, const std::vector<queue::lane>& waiting = {});
    std::size_t forget(milliseconds ttl, std::size_t most);

    std::vector<std::string>
    outbox_claim(std::size_t most, milliseconds lease, const queue::outbox_room& room);
    // The event that the last verb leased to its caller; 0: none.
    std::uint64_t take_handed_on(const std::string& id);
    void learn_outbox_nonce(const std::string& id, const std::string& nonce);
    refusal outbox_delivered(const queue::due_event& event, const std::string& note);
    refusal outbox_failed(
        const queue::due_event& event, std::optional<milliseconds> delay, const std::string& note
    );
    refusal outbox_release(const queue::due_event& event, milliseconds delay);
    refusal outbox_gone(const queue::due_event& event, const std::string& note);
    refusal outbox_replay(const std::string& id, const std::string& who = {});

    // -- Operators (queue_model_operating.cpp)
    const queue::switches& switch_queue(const std::string& who, const queue::queue_change& wanted);
    const queue::switches&
    switch_channel(const std::string& who, const queue::channel_change& wanted);
    void reset_channel(
        const std::string& who,
        const std::string& name,
        const std::string& backend,
        const std::vector<std::string>& slots
    );
    result<queue::submitted> resubmit(
        const std::string& of,
        const queue::new_task& again,
        const std::vector<int>& calls,
        bool complete
    );

    // -- Facts
    const tasks_by_id& tasks() const { return tasks_; }

    // For tests that spoil a task, or move it on by hand.
    tasks_by_id& tasks_of_test() { return tasks_; }

    const model_task* find(const std::string& id) const;
    const model_task* visible(const queue::scope& who, const std::string& id) const;
    // Tasks that will start before it, as follow() tells it.
    std::optional<std::size_t> ahead_of(const model_task& task) const;
    queue::statistics figures(const std::vector<std::string>& slots) const;

    const queue::switches& off() const { return off_; }

    // Newest first.
    const std::deque<queue::operator_action>& actions() const { return actions_; }

    std::size_t waiting() const;
    std::size_t waiting_of(const std::string& caller) const;
    std::size_t running() const;
    int held_places(const std::string& slot) const;
    int held_calls(const std::string& group) const;
    // With `below`, of calls that ask for fewer than that.
    int held_pictures(const std::string& group, std::optional<int> below = {}) const;
    std::string group_of(const std::string& slot) const;
    // The limit of pictures that an upstream taught, as it holds now; 0: none.
    int lowered_pictures(const std::string& group) const;
    unix_millis rests_until(const std::string& group) const;
    std::set<std::string> waiting_lanes() const;
    int live_workers() const;

    const std::map<std::string, cooling>& cooled() const { return cooling_; }

    const std::map<std::string, breaker>& breakers() const { return breakers_; }

    std::map<std::string, std::int64_t> spent_today() const;
    std::map<std::string, std::int64_t> held_today() const;

private:
    model_task* find(const std::string& id);
    model_task* visible(const queue::scope& who, const std::string& id);
    queue::slot_state state_of(const std::string& slot) const;
    const queue::channel_switch* switched(const std::string& channel) const;
    void tell_action(queue::operator_action what);
    model_task* held_by(const queue::token& held);
    model_task* owing(const queue::due_event& event);
    limits limits_of(const std::string& caller) const;
    int running_of(const std::string& caller) const;

    // What belongs to each try is left out of the history while tries meet the same refusal.
    enum class told { always, unless_repeated };
    std::uint64_t add_event(model_task& task, task::happening what, told when = told::always);
    void note_refusal(model_task& task, int index, const std::string& words);
    void post(model_task& task, std::uint64_t sequence, std::string status, std::string progress);
    void enter(model_task& task, const std::string& lane);
    void unlease(model_task& task);
    void
    end(model_task& task,
        bool success,
        std::optional<task::fail_code> code,
        std::string reason,
        task::happening what);
    bool record_answer(model_task& task, int index, const std::string& answer, std::int64_t cost);
    void raise_bill(model_task& task, const std::string& billed);
    void key_works(const model_call& call);
    enum class verdict { good, bad, nothing };
    void judge(const std::string& slot, const std::string& member, verdict what);
    std::optional<int> gate(const std::string& slot, const model_task* mine) const;
    void note_trial(const std::string& slot, const std::string& member, unix_millis until);
    // Routes (queue_model_routes.cpp).
    static std::string route_of(const std::string& slot, const std::string& lane);
    std::optional<int>
    route_gate(const std::string& slot, const std::string& lane, const model_task* mine) const;
    void note_route_trial(
        const std::string& slot,
        const std::string& lane,
        const std::string& member,
        unix_millis until
    );
    enum class address { good, absent, nothing };
    void judge_route(
        const std::string& slot,
        const std::string& lane,
        const std::string& member,
        address what,
        const std::string& words = {}
    );
    queue::setback setback_of(const model_task& task, const model_call& call, int absences) const;
    std::string words_of_lane(const queue::lane& lane) const;
    void drop_reservation(model_task& task);
    bool within_budget(const queue::call_marker& call) const;
    void release_hold(model_call& call);
    void extend_lease(model_task& task);
    void settle_state(model_task& task, task::state when_idle);

    struct room {
        int calls = 0;
        std::optional<int> wanted = {}; // pictures that have to be free, if only they are missing
    };

    room free_places(
        const queue::slot& slot,
        const std::string& lane,
        int asks,
        const model_task* mine = nullptr,
        std::optional<int> waits = {}
    ) const;
    void know(const queue::slot& slot);
    int picture_limit(const queue::slot& slot) const;
    std::optional<int> waiting_size(const std::string& group) const;
    void note_waiting(const std::string& group, std::optional<int> asks);
    void learn_limit(const model_call& refused, int named);
    bool could_start(
        std::size_t ahead, const std::string& lane, const std::vector<queue::slot>& slots
    ) const;
    // A verdict on a submit that created nothing.
    static queue::submitted verdict_alone(queue::submitted::verdict what);
    std::optional<queue::submitted::verdict>
    refuse(const std::string& caller, std::size_t limit) const;
    std::optional<queue::submitted::verdict> refuse_ended(const queue::new_task& task) const;
    // In how long its rate lets a caller submit, and that it has done so.
    milliseconds rate_wait(const std::string& caller) const;
    void note_submit(const std::string& caller);
    model_task* next_in(const std::string& lane);
    std::vector<queue::lane> in_order(const std::vector<queue::lane>& lanes);
    const queue::slot* find_room(const queue::lane& lane, std::map<std::string, int>& waits);
    // The ids of tasks that fit, by (time, id), at most `most`.
    std::vector<std::string> first_by(
        const std::function<std::optional<unix_millis>(const model_task&)>& time, std::size_t most
    ) const;

    struct worker {
        unix_millis until = 0;
        std::size_t capacity = 0;
    };

    struct known_submit {
        std::string id;
        std::string fingerprint;
    };

    const known_submit* known(const std::string& caller, const std::string& key) const;
    void remember(const std::string& caller, const queue::new_task& task, const std::string& id);

    tasks_by_id tasks_;
    std::map<std::string, limits> limits_;
    std::map<std::string, double> full_again_;    // when the bucket of a caller's rate is
    std::map<std::string, double> started_share_; // virtual time of callers
    double clock_ = 0;
    std::map<std::string, cooling> cooling_;
    std::map<std::string, std::string> said_; // by slot, when it last did not take a call
    std::map<std::string, route> routes_;     // "<backend>/<operation>"
    std::map<std::string, worker> workers_;
    std::map<std::string, std::int64_t> durations_;
    std::map<std::pair<std::string, std::string>, known_submit> keys_;
    std::map<unix_millis, std::map<std::string, std::int64_t>> spend_;
    std::map<unix_millis, std::map<std::string, std::int64_t>> held_;
    std::map<std::string, breaker> breakers_;
    std::map<std::string, queue::slot> slots_; // as last told
    std::map<std::string, lowering> lowered_;
    std::map<std::string, resting> rests_;
    std::map<std::string, std::pair<int, unix_millis>> waits_; // the largest, and when it was seen
    queue::switches off_;
    std::deque<queue::operator_action> actions_;
    std::int64_t last_id_ = 0;
};

} // namespace imagined::test
