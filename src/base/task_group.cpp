#include "imagined/base/task_group.hpp"

#include "imagined/base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <list>

namespace imagined {

struct task_group::state {
    explicit state(executor where) : executor_(where), idle(where) {
        idle.expires_at(steady_timer::time_point::max());
    }

    executor executor_;
    steady_timer idle; // cancelled each time the last child ends
    std::list<asio::cancellation_signal> children;
    bool stopping = false;
};

namespace {

// A plain function, so that the parameters live in the coroutine frame.
awaitable<> run_child(std::function<awaitable<>()> body) {
    co_await body();
}

void report(const std::string& name, std::exception_ptr error) {
    try {
        std::rethrow_exception(std::move(error));
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted) {
            log::error("background work failed", {{"name", name}, {"reason", e.what()}});
        }
    } catch (const std::exception& e) {
        log::error("background work failed", {{"name", name}, {"reason", e.what()}});
    }
}

} // namespace

task_group::task_group(executor where) : state_(std::make_shared<state>(where)) {}

task_group::~task_group() {
    stop();
    cancel();
}

void task_group::spawn(std::string name, std::function<awaitable<>()> body) {
    if (state_->stopping) {
        return;
    }
    const auto child = state_->children.emplace(state_->children.end());
    auto done = [shared = state_, child, name = std::move(name)](std::exception_ptr error) {
        shared->children.erase(child);
        if (error) {
            report(name, std::move(error));
        }
        if (shared->children.empty()) {
            shared->idle.cancel();
        }
    };
    asio::co_spawn(
        state_->executor_,
        run_child(std::move(body)),
        asio::bind_cancellation_slot(child->slot(), std::move(done))
    );
}

bool task_group::stopping() const {
    return state_->stopping;
}

std::size_t task_group::running() const {
    return state_->children.size();
}

void task_group::stop() {
    state_->stopping = true;
}

void task_group::cancel() {
    // From inside the loop: elsewhere Asio 1.81 posts the signal with a plain pointer to the child,
    // which may have ended when it arrives.
    asio::dispatch(state_->executor_, [shared = state_] {
        // A child may end, and leave the list, while it is being told; so step before telling.
        for (auto child = shared->children.begin(); child != shared->children.end();) {
            auto& signal = *child++;
            signal.emit(asio::cancellation_type::terminal);
        }
    });
}

awaitable<bool> task_group::join(milliseconds limit) {
    const auto shared = state_;
    steady_timer deadline(shared->executor_, limit);
    // Shared, because the handler may be on its way already when this coroutine ends.
    const auto expired = std::make_shared<bool>(false);
    deadline.async_wait([shared, expired](const boost::system::error_code& ec) {
        if (!ec) {
            *expired = true;
            shared->idle.cancel();
        }
    });
    while (!shared->children.empty() && !*expired) {
        co_await shared->idle.async_wait(as_outcome);
    }
    const bool nobody_left = shared->children.empty();
    co_return nobody_left;
}

} // namespace imagined
