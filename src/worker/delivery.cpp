// Delivers the callbacks that are due: claims them from the outbox, hands each to the courier,
// writes down how it went. In order per task (the outbox gives out one event of a task at a time),
// at most a few at once per receiver; a receiver that lets callers wait is left alone
// (host_gate.hpp). What this worker's own writes bring due is leased to it by the same write, and
// needs no claim.
#include "imagined/base/clock.hpp"
#include "imagined/base/log.hpp"
#include "imagined/http/url.hpp"
#include "imagined/task/submission.hpp"
#include "imagined/task/trace.hpp"
#include "imagined/task/view.hpp"
#include "insist.hpp"
#include "shift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace imagined::worker {

namespace {

// Beyond the delivery's own time limit: after a crash an event waits no longer than both.
constexpr seconds outbox_slack{5};
constexpr milliseconds trouble_pause{250};
constexpr seconds host_patience{3};     // within the slack
constexpr milliseconds come_back{1000}; // when there was no place for so long
constexpr std::size_t most_seekers = 4096;

std::uint64_t roll() {
    static std::mt19937_64 dice{std::random_device{}()};
    return dice();
}

std::string body_of(const queue::due_event& event, const task::submission& submission) {
    if (!event.view.empty()) {
        return event.view;
    }
    const auto now = system_clock().now();
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

due_callback callback_of(queue::due_event event) {
    due_callback due;
    const auto submission = task::submission_from_text(event.submission);
    due.trace = task::trace_of(submission ? submission->traceparent : "", event.record.id);
    if (submission) {
        due.hook = submission->notify_hook;
        due.body = body_of(event, *submission);
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

// A place at a receiver, and in the count of deliveries; whoever destroys it has left both.
class place {
public:
    place(std::shared_ptr<shift> on, std::string host)
        : on_(std::move(on)), host_(std::move(host)), entered_(std::chrono::steady_clock::now()) {
        ++on_->deliveries;
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
        on_->receivers.leave(host_, entered_, std::chrono::steady_clock::now(), delivered);
        on_->lines.ring(host_);
        if (on_->deliveries-- == on_->options.max_deliveries) {
            on_->deliverable.ring();
        }
    }

    bool delivered = false;

private:
    std::shared_ptr<shift> on_;
    std::string host_;
    std::chrono::steady_clock::time_point entered_;
};

// Counts a seeker of a place for as long as it lives. Seekers are no deliveries: those that queue
// before a tarpit must not take the room of others.
class seeker {
public:
    explicit seeker(shift& on) : on_(on) { ++on_.place_seekers; }

    seeker(const seeker&) = delete;
    seeker& operator=(const seeker&) = delete;

    ~seeker() {
        if (on_.place_seekers-- == most_seekers) {
            on_.deliverable.ring();
        }
    }

private:
    shift& on_;
};

// nullopt with a place taken. Else no place came free in time, or the receiver is left alone: when
// to come back.
awaitable<std::optional<milliseconds>> find_place(std::shared_ptr<shift> on, std::string host) {
    using clock = std::chrono::steady_clock;
    if (on->lines.empty(host) && !on->receivers.enter(host, clock::now())) {
        co_return std::nullopt;
    }
    const seeker seeking(*on);
    waiting_lines::stand here(on->lines, host, on->parts.on);
    const auto end = clock::now() + host_patience;
    for (;;) {
        const auto now = clock::now();
        if (now >= end || on->draining) {
            co_return come_back;
        }
        auto limit = std::chrono::ceil<milliseconds>(end - now);
        if (here.is_first()) {
            const auto later = on->receivers.enter(host, now);
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

awaitable<> settle(
    std::shared_ptr<shift> on,
    const queue::due_event& event,
    const task::trace& trace,
    callback::attempt_result went
) {
    using kind = callback::attempt_result::kind;
    auto& tasks = on->parts.tasks;
    on->parts.metrics.count(
        "imagined_callbacks_total",
        "Callback deliveries by caller and result.",
        {{"caller", on->caller_label(event.record.caller)},
         {"result", went.what == kind::delivered ? "delivered" : "failed"}}
    );
    const std::string note = fmt::format("callback {} {}", event.status, went.note);
    if (went.what == kind::gone) {
        auto write = [&tasks, &event, &note] { return tasks.outbox_gone(event, note); };
        co_await insist(write);
        co_return;
    }
    if (went.what == kind::delivered) {
        auto write = [&tasks, &event, &note] { return tasks.outbox_delivered(event, note); };
        co_await insist(write);
        co_return;
    }
    const int tried = event.attempt + 1;
    const auto delay =
        callback::next_delay(on->parts.courier.options().schedule, tried, went, roll());
    const std::string failed =
        fmt::format("callback {} failed, attempt {}: {}", event.status, tried, went.note);
    log::info(
        "callback failed", {{"task", event.record.id}, {"trace", trace.id}, {"reason", went.note}}
    );
    auto write = [&tasks, &event, delay, &failed] {
        return tasks.outbox_failed(event, delay, failed);
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
        const std::string host = target ? target->authority() : "";
        if (const auto later = co_await find_place(on, host)) {
            auto write = [&tasks = on->parts.tasks, &event, delay = *later] {
                return tasks.outbox_release(event, delay);
            };
            co_await insist(write);
            co_return;
        }
        place taken(on, host);
        went = co_await on->parts.courier.deliver(
            due->hook,
            fmt::format("{}-{}", event.record.id, event.sequence),
            std::move(due->body),
            task::to_traceparent(due->trace, task::new_span())
        );
        taken.delivered = went.what == callback::attempt_result::kind::delivered;
    }
    co_await settle(on, event, due->trace, std::move(went));
}

} // namespace

milliseconds event_lease(const shift& on) {
    const bool room = on.deliveries < on.options.max_deliveries && on.place_seekers < most_seekers;
    return room && !on.draining ? on.parts.courier.options().timeout + outbox_slack
                                : milliseconds(0);
}

void start_delivery(const std::shared_ptr<shift>& on, due_callback due) {
    const auto one = std::make_shared<due_callback>(std::move(due));
    on->work.spawn("callback of " + one->event.record.id, [on, one] {
        return deliver_one(on, one);
    });
}

awaitable<> deliver_callbacks(std::shared_ptr<shift> on) {
    while (!on->draining) {
        const std::size_t room =
            on->options.max_deliveries - std::min(on->options.max_deliveries, on->deliveries);
        if (room == 0 || on->place_seekers >= most_seekers) {
            co_await on->deliverable.wait(on->options.poll);
            continue;
        }
        auto due = co_await on->parts.tasks.outbox_claim(
            room, on->parts.courier.options().timeout + outbox_slack
        );
        if (!due) {
            log::warning("claiming callbacks failed", {{"reason", due.error().detail}});
            co_await pause_for(trouble_pause);
            continue;
        }
        on->made_progress();
        for (auto& event : *due) {
            start_delivery(on, callback_of(std::move(event)));
        }
        if (due->size() < room) {
            co_await on->deliverable.wait(on->options.poll);
        }
    }
}

} // namespace imagined::worker
