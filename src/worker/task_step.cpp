#include "task_step.hpp"

#include "imagined/base/log.hpp"

namespace imagined::worker {

task_step::task_step(
    std::shared_ptr<shift> on, queue::claimed claimed, std::shared_ptr<holding> holding
)
    : on_(std::move(on)),
      claimed_(std::move(claimed)),
      holding_(std::move(holding)),
      record_(claimed_.record),
      changed_(on_->parts.on) {}

awaitable<> task_step::run() {
    auto submission = task::submission_from_text(claimed_.submission);
    if (!submission) {
        log::error("a task cannot be read", {{"task", record_.id}});
        co_await fail(
            task::fail_code::invalid_request,
            {"任务数据损坏", "The stored task cannot be read"},
            submission.error().detail
        );
        co_return;
    }
    submission_ = std::move(*submission);
    holding_->has_hook = !submission_.notify_hook.empty();
    holding_->called = record_.called;
    holding_->expected_ms = record_.expected;
    if (co_await make_calls()) {
        co_await deliver();
    }
    co_await settle_refused();
}

awaitable<> run_task(std::shared_ptr<shift> on, queue::claimed claimed) {
    const std::string id = claimed.record.id;
    const auto holding = on->held[id];
    on->made_progress();
    {
        const auto step = std::make_shared<task_step>(on, std::move(claimed), holding);
        std::exception_ptr trouble;
        try {
            co_await step->run();
        } catch (...) {
            trouble = std::current_exception();
        }
        // Left alone, the task is recovered when its lease ends.
        const auto found = on->held.find(id);
        if (found != on->held.end() && found->second == holding) {
            on->held.erase(found);
        }
        on->made_progress();
        on->freed.ring();
        on->claimable.ring();
        if (trouble) {
            std::rethrow_exception(trouble);
        }
    }
}

} // namespace imagined::worker
