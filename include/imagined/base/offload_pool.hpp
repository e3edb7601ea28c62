// CPU and disk work away from the event loop: a fixed number of threads and a bounded queue.
// Pictures are decoded, composed, encoded and fsynced here.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace imagined {

// What run() of a job returns: a job's own result as it is, anything else wrapped in one.
template <class T>
struct offload_result {
    using type = result<T>;
};

template <class T>
struct offload_result<result<T>> {
    using type = result<T>;
};

class offload_pool {
public:
    struct options {
        std::size_t threads = 2;
        std::size_t max_queued = 4096; // jobs waiting or running; beyond: throttled
    };

    explicit offload_pool(const options& chosen)
        : limit_(chosen.max_queued), pool_(chosen.threads) {}

    // Runs `job` (returns T or result<T>; must not touch anything the event loop owns) on a pool
    // thread and resumes the caller on its own executor with the result. Fails with `throttled`
    // when the queue is full. An exception of `job` is rethrown in the caller. Cancelling does not
    // stop a job that was handed in.
    template <class Job>
    awaitable<typename offload_result<std::invoke_result_t<Job>>::type> run(Job job);

    // Waits for the jobs that were handed in; run() must not be called any more.
    void stop() { pool_.join(); }

private:
    template <class T>
    struct slot {
        std::function<T()> job;
        std::exception_ptr error;
        std::optional<T> value;
    };

    std::size_t limit_;
    std::atomic<std::size_t> queued_{0};
    asio::thread_pool pool_;
};

template <class Job>
awaitable<typename offload_result<std::invoke_result_t<Job>>::type> offload_pool::run(Job job) {
    using value_type = std::invoke_result_t<Job>;
    if (queued_.fetch_add(1) >= limit_) {
        queued_.fetch_sub(1);
        co_return failure{failure_kind::throttled, "too much picture work is waiting"};
    }
    auto shared = std::make_shared<slot<value_type>>();
    shared->job = std::move(job);
    auto start = [this, shared](auto handler) {
        auto work = asio::make_work_guard(asio::get_associated_executor(handler));
        asio::post(pool_, [this, shared, work = std::move(work), h = std::move(handler)]() mutable {
            try {
                shared->value.emplace(shared->job());
            } catch (...) {
                shared->error = std::current_exception();
            }
            shared->job = nullptr;
            queued_.fetch_sub(1);
            auto target = work.get_executor();
            asio::post(target, std::move(h));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        std::move(start), asio::use_awaitable_t<executor>{}
    );
    // Taken out of the slot, which the pool's thread may be the last to let go.
    if (auto error = std::exchange(shared->error, nullptr)) {
        std::rethrow_exception(std::move(error));
    }
    co_return std::move(*shared->value);
}

} // namespace imagined
