// Delivers the callbacks that are due: claims them from the outbox, hands each to the courier,
// writes down how it went. In order per task (the outbox gives out one event of a task at a time),
// at most a few at once per receiver; a receiver that lets callers wait is left alone
// (host_gate.hpp); and each caller has its share of all that is under way (delivery_shares.hpp).
// What this worker's own writes bring due is leased to it by the same write, and needs no claim.
#include "imagined/base/log.hpp"
#include "imagined/http/url.hpp"
#include "imagined/task/readdress.hpp"
#include "imagined/task/submission.hpp"
#include "imagined/task/trace.hpp"
#include "imagined/task/view.hpp"
#include "insist.hpp"
#include "shift.hpp"

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace imagined::worker {

namespace {

// Beyond the delivery's own time limit: after a crash an event waits no longer than both.
constexpr seconds outbox_slack{5};
constexpr milliseconds delivery_pause{250};
constexpr seconds host_patience{3};     // within the slack
constexpr milliseconds come_back{1000}; // when there was no place for so long
constexpr std::size_t claimed_at_once = 256;

std::uint64_t roll_jitter() {
    static std::mt19937_64 dice{std::random_device{}()};
    return dice();
}

std::string body_of(
    const shift& on,
    const queue::due_event& event,
    const task::submission& submission,
    unix_millis now
) {
    if (!event.view.empty()) {
        return handed_out(on, event.view, event.record.id, submission);
    }
    if (event.terminal) {
        return task::render_view(
            event.record,
            submission,
            std::nullopt,
            task::bill{event.record.cost_micros, event.record.billed},
            now
        );
    }
    return task::render_event_view(event.record, submission, event.status, event.progress, now);
}

due_callback callback_of(const shift& on, queue::due_event event, unix_millis now) {
    due_callback due;
    const auto submission = task::submission_from_text(event.submission);
    due.trace = task::trace_of(submission ? submission->traceparent : "", event.record.id);
    if (submission) {
        due.hook = submission->notify_hook;
        due.body = body_of(on, event, *submission, now);
    }
    task::record kept;
    kept.id = std::move(event.record.id);
    kept.caller = std::move(event.record.caller);
    event.record = std::move(kept);
    event.submission = {};
    event.view = {};
    due.event = std::move(event);
    return due;
}

// How receivers are told apart: what callers do at one is each caller's own affair.
std::string gate_of(const std::string& caller, const std::string& host) {
    return caller + " " + host;
}

void leave_share(shift& on, delivery_shares& of, const std::string& caller) {
    if (of.leave(caller)) {
        on.deliverable.ring();
    }
}

// A place at a receiver, and in the caller's share; whoever destroys it has left both. Taken before
// it is made.
class place {
public:
    place(std::shared_ptr<shift> on, std::string caller, std::string gate)
        : on_(std::move(on)),
          caller_(std::move(caller)),
          gate_(std::move(gate)),
          entered_(std::chrono::steady_clock::now()) {}

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
        on_->receivers.leave(gate_, entered_, std::chrono::steady_clock::now(), delivered);
        on_->lines.ring(gate_);
        leave_share(*on_, on_->deliveries, caller_);
    }

    bool delivered = false;

private:
    std::shared_ptr<shift> on_;
    std::string caller_;
    std::string gate_;
    std::chrono::steady_clock::time_point entered_;
};

// Counts a seeker of a place for as long as it lives. Seekers are no deliveries: those that queue
// before a tarpit must not take the room of others.
class seeker {
public:
    seeker(shift& on, const std::string& caller) : on_(on), caller_(caller) {}

    seeker(const seeker&) = delete;
    seeker& operator=(const seeker&) = delete;

    ~seeker() { leave_share(on_, on_.place_seekers, caller_); }

private:
    shift& on_;
    const std::string& caller_;
};

// Waits for a place at a receiver. nullopt with one taken, else when to come back: the receiver is
// left alone, no place came free in time, or the caller's share is used up.
awaitable<std::optional<milliseconds>>
find_place(std::shared_ptr<shift> on, std::string caller, std::string gate) {
    using clock = std::chrono::steady_clock;
    if (on->lines.empty(gate) && !on->receivers.enter(gate, clock::now())) {
        co_return std::nullopt;
    }
    if (!on->place_seekers.enter(caller)) {
        co_return come_back;
    }
    const seeker seeking(*on, caller);
    waiting_lines::stand here(on->lines, gate, on->parts.on);
    const auto end = clock::now() + host_patience;
    for (;;) {
        const auto now = clock::now();
        if (now >= end || on->draining) {
            co_return come_back;
        }
        auto limit = std::chrono::ceil<milliseconds>(end - now);
        if (here.is_first()) {
            const auto later = on->receivers.enter(gate, now);
            if (!later) {
                co_return std::nullopt;
            }
            if (*later > host_patience) {
                co_return later;
            }
            limit = std::min(limit, *later);
        }
        co_await here.turn.wait(limit);
    }
}

// The same with a place in the caller's share: when there is none, the event is for whoever has.
awaitable<std::optional<milliseconds>>
take_place(std::shared_ptr<shift> on, std::string caller, std::string gate) {
    if (on->deliveries.room_of(caller) == 0) {
        co_return milliseconds(0);
    }
    const auto later = co_await find_place(on, caller, gate);
    if (later || on->deliveries.enter(caller)) {
        co_return later;
    }
    on->receivers.withdraw(gate);
    on->lines.ring(gate);
    co_return milliseconds(0);
}

awaitable<> settle(
    std::shared_ptr<shift> on,
    const queue::due_event& event,
    const task::trace& trace,
    callback::attempt_result went
) {
    using kind = callback::attempt_result::kind;
    auto& callbacks = on->parts.callbacks;
    on->parts.metrics.count(
        "imagined_callbacks_total",
        "Callback deliveries by caller and result.",
        {{"caller", on->caller_label(event.record.caller)},
         {"result", went.what == kind::delivered ? "delivered" : "failed"}}
    );
    const std::string& note = went.note;
    if (went.what == kind::gone) {
        auto write = [&callbacks, &event, &note] { return callbacks.gone(event, note); };
        co_await insist(write);
        co_return;
    }
    if (went.what == kind::delivered) {
        auto write = [&callbacks, &event, &note] { return callbacks.delivered(event, note); };
        co_await insist(write);
        co_return;
    }
    const int tried = event.attempt + 1;
    const auto delay =
        callback::next_delay(on->parts.courier.options().schedule, tried, went, roll_jitter());
    log::info(
        "callback failed", {{"task", event.record.id}, {"trace", trace.id}, {"reason", went.note}}
    );
    auto write = [&callbacks, &event, delay, &note] {
        return callbacks.failed(event, delay, note);
    };
    co_await insist(write);
}

awaitable<> deliver_one(std::shared_ptr<shift> on, std::shared_ptr<due_callback> due) {
    const auto& event = due->event;
    callback::attempt_result went;
    if (due->hook.empty()) {
        went.note = "the stored task cannot be read";
        went.what = callback::attempt_result::kind::gone;
    } else {
        const auto target = http::parse_url(due->hook);
        const auto& caller = event.record.caller;
        const std::string host = target ? target->authority() : "";
        const auto gate = gate_of(caller, host);
        if (const auto later = co_await take_place(on, caller, gate)) {
            auto write = [&callbacks = on->parts.callbacks, &event, delay = *later] {
                return callbacks.release(event, delay);
            };
            co_await insist(write);
            co_return;
        }
        place taken(on, caller, gate);
        went = co_await on->parts.courier.deliver(
            due->hook,
            fmt::format("{}-{}", event.record.id, event.sequence),
            std::move(due->body),
            task::to_traceparent(due->trace, task::new_span())
        );
        taken.delivered = went.what == callback::attempt_result::kind::delivered;
        const bool taken_well =
            taken.delivered || went.what == callback::attempt_result::kind::gone;
        on->failing.note(host, taken_well, std::chrono::steady_clock::now());
    }
    co_await settle(on, event, due->trace, std::move(went));
}

// How many more events of each caller this process has places for.
queue::outbox_room room_now(const shift& on) {
    const auto room = [&on](const std::string& caller) {
        return on.place_seekers.room_of(caller) == 0 ? 0 : on.deliveries.room_of(caller);
    };
    queue::outbox_room now;
    now.each = on.place_seekers.room_of_newcomer() == 0 ? 0 : on.deliveries.room_of_newcomer();
    std::set<std::string> here;
    for (const auto* share : {&on.deliveries, &on.place_seekers}) {
        for (const auto& [caller, held] : share->by_caller()) {
            if (here.insert(caller).second) {
                now.of.emplace_back(caller, room(caller));
            }
        }
    }
    return now;
}

} // namespace

milliseconds event_lease(const shift& on) {
    const bool room = on.deliveries.taken() < on.options.max_deliveries
                      && on.place_seekers.taken() < on.options.max_seekers;
    return room && !on.draining ? on.parts.courier.options().timeout + outbox_slack
                                : milliseconds(0);
}

std::string handed_out(
    const shift& on,
    const std::string& view,
    std::string_view id,
    const task::submission& submission
) {
    return task::readdressed(view, id, on.parts.pictures.address_of(submission.public_url, id));
}

void start_delivery(const std::shared_ptr<shift>& on, due_callback due) {
    const auto one = std::make_shared<due_callback>(std::move(due));
    on->work.spawn("callback of " + one->event.record.id, [on, one] {
        return deliver_one(on, one);
    });
}

awaitable<> deliver_callbacks(std::shared_ptr<shift> on) {
    while (!on->draining) {
        auto due = co_await on->parts.callbacks.claim(
            claimed_at_once, on->parts.courier.options().timeout + outbox_slack, room_now(*on)
        );
        if (!due) {
            log::warning("claiming callbacks failed", {{"reason", due.error().detail}});
            co_await pause_for(delivery_pause);
            continue;
        }
        on->made_progress();
        const unix_millis now = on->parts.tasks.now();
        for (auto& event : *due) {
            start_delivery(on, callback_of(*on, std::move(event), now));
        }
        if (due->size() < claimed_at_once) {
            co_await on->deliverable.wait(on->options.poll);
        } else {
            // Those that were started take their places first.
            co_await asio::post(on->parts.on, as_outcome);
        }
    }
}

} // namespace imagined::worker
