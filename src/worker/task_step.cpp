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
    // An empty one stands for what cannot be read: the task fails, in its language by default.
    submission_ = std::make_unique<task::submission>();
    if (!read) {
        return read.error();
    }
    *submission_ = std::move(*read);
    return {};
}

void task_step::unfold() {
    if (!submission_) {
        static_cast<void>(read_submission()); // as it was read before
    }
}

awaitable<bool> task_step::run() {
    if (const auto read = read_submission(); !read) {
        log::error("a task cannot be read", {{"task", record_.id}, {"trace", trace_.id}});
        co_await fail(
            task::fail_code::invalid_request,
            {"任务数据损坏", "The stored task cannot be read"},
            read.error().detail
        );
        co_return true;
    }
    holding_->has_hook = !submission_->notify_hook.empty();
    holding_->called = record_.called;
    holding_->expected_ms = record_.expected;
    if (claimed_.event) {
        start_callback("SUBMITTED", "0%", *std::exchange(claimed_.event, std::nullopt));
    }
    co_return co_await go_on();
}

awaitable<bool> task_step::go_on() {
    const auto came = co_await make_calls();
    if (came == calls::held) {
        co_return false;
    }
    if (came == calls::over) {
        co_await deliver();
    }
    co_await settle_refused();
    co_return true;
}

void task_step::when_answered(std::function<void()> go) {
    held_->answer->when_ready(std::move(go));
}

awaitable<bool> task_step::resume() {
    co_await hear(std::move(*held_));
    held_.reset();
    co_return co_await go_on();
}

namespace {

using part_of_life = awaitable<bool> (task_step::*)();

// Goes on with a task until it is over, or its call is held.
awaitable<>
run_task(std::shared_ptr<shift> on, std::shared_ptr<task_step> step, part_of_life part) {
    on->made_progress();
    bool over = true;
    std::exception_ptr trouble;
    try {
        over = co_await (*step.*part)();
    } catch (...) {
        trouble = std::current_exception();
    }
    if (!over) {
        const auto wait = [&step](std::function<void()> go) { step->when_answered(std::move(go)); };
        on->work.spawn_later("task " + step->id(), wait, [on, step] {
            return run_task(on, step, &task_step::resume);
        });
        co_return;
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

void task_step::start_callback(
    std::string status, std::string progress, queue::event_lease lease, std::string body
) {
    due_callback due;
    due.hook = submission_->notify_hook;
    due.trace = trace_;
    due.body = body.empty()
                   ? task::render_event_view(record_, *submission_, status, progress, now())
                   : handed_out(*on_, body, record_.id, *submission_);
    due.event.record.id = record_.id;
    due.event.record.caller = record_.caller;
    due.event.sequence = lease.sequence;
    due.event.status = std::move(status);
    due.event.progress = std::move(progress);
    due.event.nonce = std::move(lease.nonce);
    start_delivery(on_, std::move(due));
}

void start_task(const std::shared_ptr<shift>& on, queue::claimed claimed) {
    const auto kept = std::make_shared<holding>();
    const auto& record = claimed.record;
    kept->held = {record.id, record.attempt, record.nonce};
    kept->vouch_for(first_vouch);
    on->held[record.id] = kept;
    std::string name = "task " + record.id;
    auto step = std::make_shared<task_step>(on, std::move(claimed), kept);
    on->work.spawn(std::move(name), [on, held = std::move(step)]() mutable {
        return run_task(on, std::move(held), &task_step::run);
    });
}

} // namespace imagined::worker
