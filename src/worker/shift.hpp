// What the coroutines of one worker share: the parts they talk to, and the tasks that it holds.
// Single-threaded, like the io_context that runs them all.
#pragma once

#include "delivery_shares.hpp"
#include "failing_receivers.hpp"
#include "host_gate.hpp"
#include "picture_line.hpp"
#include "waiting_lines.hpp"

#include "imagined/base/wakeup.hpp"
#include "imagined/task/submission.hpp"
#include "imagined/task/trace.hpp"
#include "imagined/worker/worker.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace imagined::worker {

// One leased task. Its lease is renewed only while its coroutine vouches for itself: a step that
// hangs past its own bound loses the lease instead of keeping a dead task alive.
struct holding {
    queue::token held;
    std::chrono::steady_clock::time_point vouched_until;
    bool lost = false; // the queue gave it to somebody else, or it ended
    bool has_hook = false;
    unix_millis called = 0; // for the progress estimate
    std::int64_t expected_ms = 0;
    int shown_percent = 0;

    void vouch_for(milliseconds time) { vouched_until = std::chrono::steady_clock::now() + time; }
};

// The operator, and whoever else has tasks of old.
inline constexpr std::size_t unnamed_callers = 2;

struct shift {
    shift(worker_options chosen, const worker_parts& given, std::string its_name)
        : options(std::move(chosen)),
          parts(given),
          name(std::move(its_name)),
          work(given.on),
          duties(given.on),
          claimable(given.on),
          deliverable(given.on),
          freed(given.on),
          deliveries(options.max_deliveries, options.callers.size() + unnamed_callers),
          place_seekers(options.max_seekers, options.callers.size() + unnamed_callers),
          receivers({.places = options.max_deliveries_per_host}),
          to_disk(given.on, given.pool, [&images = given.images](const auto& pictures) {
              return images.put_all(pictures);
          }) {}

    worker_options options;
    worker_parts parts;
    std::string name;   // "<host>-<pid>-<random>": in leases, history and logs
    task_group work;    // steps and deliveries
    task_group duties;  // the loops
    wakeup claimable;   // a task may be claimable
    wakeup deliverable; // a callback may be due
    wakeup freed;       // a step or a delivery ended
    std::map<std::string, std::shared_ptr<holding>> held; // by task id
    std::set<std::string> lanes;                          // that had waiting tasks when last seen
    delivery_shares deliveries;                           // under way at a receiver
    delivery_shares place_seekers; // due, and waiting for a place at their receiver
    // Of each caller apart: what one of them lets wait at a receiver keeps no other from it.
    host_gate receivers;
    waiting_lines lines; // before full receivers
    failing_receivers failing;
    picture_line to_disk;
    std::size_t downloads = 0;
    waiting_lines download_line; // of pictures that wait for a place among them
    std::chrono::steady_clock::time_point last_progress = std::chrono::steady_clock::now();
    // Backends whose day's money was used up when last asked, and until when that is believed.
    std::map<std::string, std::chrono::steady_clock::time_point> broke;
    // What is known to be in trouble, by slot or by "<backend>/<operation>", and in which: only a
    // change is logged.
    std::map<std::string, backend::key_effect> troubles;
    bool draining = false;

    // A label from a bounded set: a task may be of a caller that is not configured any more.
    std::string caller_label(const std::string& caller) const {
        if (caller.empty()) {
            return "operator";
        }
        const auto& known = options.callers;
        return std::find(known.begin(), known.end(), caller) != known.end() ? caller : "other";
    }

    bool is_broke(const std::string& backend) const {
        const auto found = broke.find(backend);
        return found != broke.end() && found->second > std::chrono::steady_clock::now();
    }

    bool is_news(const std::string& subject, backend::key_effect trouble) {
        const auto [known, first] = troubles.try_emplace(subject, trouble);
        return first || std::exchange(known->second, trouble) != trouble;
    }

    void made_progress() { last_progress = std::chrono::steady_clock::now(); }
};

// The loops; each runs until its task_group is cancelled.
awaitable<> claim_tasks(std::shared_ptr<shift> on);
awaitable<> keep_leases(std::shared_ptr<shift> on);
awaitable<> report_progress(std::shared_ptr<shift> on);
awaitable<> reap_leases(std::shared_ptr<shift> on);
awaitable<> promote_due(std::shared_ptr<shift> on);
awaitable<> forget_old(std::shared_ptr<shift> on);
awaitable<> deliver_callbacks(std::shared_ptr<shift> on);

// For how long an event of this worker's next write is to be leased to it; 0: it has no room for
// deliveries.
milliseconds event_lease(const shift& on);

// A callback on its way: its body is written already, so nothing else of the task goes with it.
struct due_callback {
    queue::due_event event; // of its record only id and caller; without submission and view
    std::string hook;       // "": the stored task cannot be read
    task::trace trace;
    std::string body;
};

// The stored view of an ended task as a callback tells it: with the addresses that its pictures
// have at the process that took the task.
std::string handed_out(
    const shift& on,
    const std::string& view,
    std::string_view id,
    const task::submission& submission
);

// Begins the delivery of a leased event.
void start_delivery(const std::shared_ptr<shift>& on, due_callback due);

// Begins the life of one claimed task, from its lease to its end.
void start_task(const std::shared_ptr<shift>& on, queue::claimed claimed);

} // namespace imagined::worker
