#include "imagined/base/task_group.hpp"

#include "imagined/base/log.hpp"
#include "imagined/base/memory_reserve.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <list>
#include <new>
#include <utility>

namespace imagined {

struct task_group::state {
    explicit state(executor where) : executor_(where), idle(where) {
        idle.expires_at(steady_timer::time_point::max());
    }

    executor executor_;
    steady_timer idle; // cancelled each time the last child ends
    std::list<asio::cancellation_signal> children;
    bool stopping = false;

    // A child that is yet to be started.
    struct later {
        std::string name;
        std::function<awaitable<>()> body;
    };

    std::list<std::shared_ptr<later>> waiting;

    bool empty() const { return children.empty() && waiting.empty(); }

    void tell_if_idle() {
        if (empty()) {
            idle.cancel();
        }
    }
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
    } catch (const std::bad_alloc&) {
        memory_reserve::refill();
        log::error("background work found no memory", {{"name", name}});
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
    start(state_, std::move(name), std::move(body));
}

void task_group::start(
    const std::shared_ptr<state>& group, std::string name, std::function<awaitable<>()> body
) {
    if (group->stopping) {
        return;
    }
    const auto child = group->children.emplace(group->children.end());
    auto done = [shared = group, child, name = std::move(name)](std::exception_ptr error) {
        shared->children.erase(child);
        if (error) {
            report(name, std::move(error));
        }
        shared->tell_if_idle();
    };
    asio::co_spawn(
        group->executor_,
        run_child(std::move(body)),
        asio::bind_cancellation_slot(child->slot(), std::move(done))
    );
}

void task_group::spawn_later(
    std::string name,
    const std::function<void(std::function<void()> start)>& begin,
    std::function<awaitable<>()> body
) {
    if (state_->stopping) {
        return;
    }
    auto& waiting = state_->waiting;
    const auto at = waiting.insert(
        waiting.end(), std::make_shared<state::later>(std::move(name), std::move(body))
    );
    // The child may hold whoever will call this, so this must not hold the child; nor the group,
    // whose end destroys its children.
    begin([group = std::weak_ptr<state>(state_), child = std::weak_ptr<state::later>(*at), at] {
        const auto shared = group.lock();
        const auto started = child.lock();
        if (!shared || !started) {
            return;
        }
        shared->waiting.erase(at);
        task_group::start(shared, std::move(started->name), std::move(started->body));
        shared->tell_if_idle(); // the group may have been stopped
    });
}

bool task_group::stopping() const {
    return state_->stopping;
}

std::size_t task_group::running() const {
    return state_->children.size() + state_->waiting.size();
}

void task_group::stop() {
    state_->stopping = true;
}

void task_group::cancel() {
    // Whatever they hold goes with them, and must not find them still in the list.
    const auto dropped = std::exchange(state_->waiting, {});
    state_->tell_if_idle();
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
    while (!shared->empty() && !*expired) {
        co_await shared->idle.async_wait(as_outcome);
    }
    const bool nobody_left = shared->empty();
    co_return nobody_left;
}

} // namespace imagined
