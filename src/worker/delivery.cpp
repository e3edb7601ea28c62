// Delivers the callbacks that are due: claims them from the outbox, hands each to the courier,
// writes down how it went. In order per task (the outbox gives out one event of a task at a time),
// at most a few at once per receiver.
#include "imagined/base/clock.hpp"
#include "imagined/base/log.hpp"
#include "imagined/http/url.hpp"
#include "imagined/task/submission.hpp"
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
constexpr milliseconds host_poll{100};
constexpr seconds host_patience{3}; // within the slack

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

// Holds one of the few places at a receiver; false when none came free in time.
awaitable<bool> wait_for_place(std::shared_ptr<shift> on, std::string host) {
    const auto end = std::chrono::steady_clock::now() + host_patience;
    while (on->deliveries_by_host[host] >= on->options.max_deliveries_per_host) {
        if (std::chrono::steady_clock::now() > end) {
            co_return false;
        }
        co_await pause_for(host_poll);
    }
    ++on->deliveries_by_host[host];
    co_return true;
}

void leave_place(shift& on, const std::string& host) {
    const auto found = on.deliveries_by_host.find(host);
    if (found != on.deliveries_by_host.end() && --found->second == 0) {
        on.deliveries_by_host.erase(found);
    }
}

awaitable<>
settle(std::shared_ptr<shift> on, queue::due_event event, callback::attempt_result went) {
    using kind = callback::attempt_result::kind;
    auto& tasks = on->parts.tasks;
    on->parts.metrics.count(
        "imagined_callbacks_total",
        "Callback deliveries by result.",
        {{"result", went.what == kind::delivered ? "delivered" : "failed"}}
    );
    const std::string note = fmt::format("callback {} {}", event.status, went.note);
    if (went.what == kind::gone) {
        auto write = [&tasks, event, note] { return tasks.outbox_gone(event, note); };
        co_await insist(write);
        co_return;
    }
    if (went.what == kind::delivered) {
        auto write = [&tasks, event, note] { return tasks.outbox_delivered(event, note); };
        co_await insist(write);
        co_return;
    }
    const int tried = event.attempt + 1;
    const auto delay =
        callback::next_delay(on->parts.courier.options().schedule, tried, went, roll());
    const std::string failed =
        fmt::format("callback {} failed, attempt {}: {}", event.status, tried, went.note);
    log::info("callback failed", {{"task", event.record.id}, {"reason", went.note}});
    auto write = [&tasks, event, delay, failed] {
        return tasks.outbox_failed(event, delay, failed);
    };
    co_await insist(write);
}

awaitable<> deliver_one(std::shared_ptr<shift> on, queue::due_event event) {
    callback::attempt_result went;
    const auto submission = task::submission_from_text(event.submission);
    if (!submission) {
        went.note = "the stored task cannot be read";
        went.what = callback::attempt_result::kind::gone;
    } else {
        const auto target = http::parse_url(submission->notify_hook);
        const std::string host = target ? target->authority() : "";
        if (!co_await wait_for_place(on, host)) {
            co_return; // its outbox lease ends, and it is due again
        }
        std::string body = body_of(event, *submission);
        const std::string event_id = fmt::format("{}-{}", event.record.id, event.sequence);
        went =
            co_await on->parts.courier.deliver(submission->notify_hook, event_id, std::move(body));
        leave_place(*on, host);
    }
    co_await settle(on, std::move(event), std::move(went));
}

awaitable<> deliver_counted(std::shared_ptr<shift> on, queue::due_event event) {
    std::exception_ptr trouble;
    try {
        co_await deliver_one(on, std::move(event));
    } catch (...) {
        trouble = std::current_exception();
    }
    --on->deliveries;
    on->deliverable.ring();
    if (trouble) {
        std::rethrow_exception(trouble);
    }
}

} // namespace

awaitable<> deliver_callbacks(std::shared_ptr<shift> on) {
    while (!on->draining) {
        const std::size_t room =
            on->options.max_deliveries - std::min(on->options.max_deliveries, on->deliveries);
        if (room == 0) {
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
            ++on->deliveries;
            on->work.spawn("callback of " + event.record.id, [on, one = event] {
                return deliver_counted(on, one);
            });
        }
        if (due->size() < room) {
            co_await on->deliverable.wait(on->options.poll);
        }
    }
}

} // namespace imagined::worker
