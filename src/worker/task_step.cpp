#include "task_step.hpp"

#include "imagined/base/log.hpp"

#include <utility>

namespace imagined::worker {

namespace {

constexpr seconds first_vouch{30};

} // namespace

task_step::task_step(
    std::shared_ptr<shift> on, queue::claimed claimed, std::shared_ptr<holding> holding
)
    : on_(std::move(on)),
      claimed_(std::move(claimed)),
      holding_(std::move(holding)),
      record_(claimed_.record),
      changed_(on_->parts.on) {}

// Outside of run(), whose frame stays for as long as a call takes.
result<void> task_step::read_submission() {
    auto read = task::submission_from_text(claimed_.submission);
    trace_ = task::trace_of(read ? read->traceparent : "", record_.id);
    if (!read) {
        return read.error();
    }
    submission_ = std::move(*read);
    return {};
}

void task_step::fold() {
    task::submission rest;
    rest.request.what = submission_.request.what; // what an answer is read by
    std::swap(submission_, rest);
    folded_ = true;
}

void task_step::unfold() {
    if (std::exchange(folded_, false)) {
        static_cast<void>(read_submission()); // as it was read before
    }
}

awaitable<> task_step::run() {
    if (const auto read = read_submission(); !read) {
        log::error("a task cannot be read", {{"task", record_.id}, {"trace", trace_.id}});
        co_await fail(
            task::fail_code::invalid_request,
            {"任务数据损坏", "The stored task cannot be read"},
            read.error().detail
        );
        co_return;
    }
    holding_->has_hook = !submission_.notify_hook.empty();
    holding_->called = record_.called;
    holding_->expected_ms = record_.expected;
    if (co_await make_calls()) {
        co_await deliver();
    }
    co_await settle_refused();
}

namespace {

awaitable<> run_task(std::shared_ptr<shift> on, std::shared_ptr<task_step> step) {
    on->made_progress();
    std::exception_ptr trouble;
    try {
        co_await step->run();
    } catch (...) {
        trouble = std::current_exception();
    }
    // Left alone, the task is recovered when its lease ends.
    step->leave();
    step.reset();
    on->made_progress();
    on->freed.ring();
    if (!on->lanes.empty()) {
        on->claimable.ring();
    }
    if (trouble) {
        std::rethrow_exception(trouble);
    }
}

} // namespace

void task_step::leave() {
    const auto found = on_->held.find(record_.id);
    if (found != on_->held.end() && found->second == holding_) {
        on_->held.erase(found);
    }
}

queue::due_event due_event_of(
    const queue::claimed& claimed,
    std::string status,
    std::string progress,
    queue::event_lease lease
) {
    queue::due_event event;
    event.record = claimed.record;
    event.submission = claimed.submission;
    event.sequence = lease.sequence;
    event.status = std::move(status);
    event.progress = std::move(progress);
    event.nonce = std::move(lease.nonce);
    return event;
}

void start_task(const std::shared_ptr<shift>& on, queue::claimed claimed) {
    const auto kept = std::make_shared<holding>();
    const auto& record = claimed.record;
    kept->held = {record.id, record.attempt, record.nonce};
    kept->vouch_for(first_vouch);
    if (claimed.event) {
        start_delivery(on, due_event_of(claimed, "SUBMITTED", "0%", std::move(*claimed.event)));
    }
    on->held[record.id] = kept;
    std::string name = "task " + record.id;
    auto step = std::make_shared<task_step>(on, std::move(claimed), kept);
    on->work.spawn(std::move(name), [on, held = std::move(step)]() mutable {
        return run_task(on, std::move(held));
    });
}

} // namespace imagined::worker
