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
#include <new>
#include <optional>
#include <thread>
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
        : limit_(chosen.max_queued), pool_(std::make_shared<asio::thread_pool>(chosen.threads)) {}

    // Runs `job` (returns T or result<T>; must not touch anything the event loop owns) on a pool
    // thread and resumes the caller on its own executor with the result. Fails with `throttled`
    // when the queue is full. An exception of `job` is rethrown in the caller. Cancelling does not
    // stop a job that was handed in.
    template <class Job>
    awaitable<typename offload_result<std::invoke_result_t<Job>>::type> run(Job job);

    // Where large values go to be freed, which can take as long as making them. May outlive the
    // pool; then, and where memory is short, they are freed on the spot.
    class graveyard {
    public:
        graveyard() = default;

        template <class T>
        void bury(T what) const noexcept {
            try {
                const auto open = pool_.lock();
                auto body = std::make_shared<T>(std::move(what));
                if (open) {
                    asio::post(*open, [body = std::move(body)]() mutable { body.reset(); });
                }
            } catch (const std::bad_alloc&) {
                return;
            }
        }

    private:
        friend class offload_pool;

        explicit graveyard(const std::shared_ptr<asio::thread_pool>& pool) : pool_(pool) {}

        std::weak_ptr<asio::thread_pool> pool_;
    };

    graveyard dead() const { return graveyard(pool_); }

    // Waits for the jobs that were handed in; run() must not be called any more.
    void stop() { pool_->join(); }

private:
    template <class T>
    struct slot {
        std::function<T()> job;
        std::exception_ptr error;
        std::optional<T> value;
    };

    // Nobody is waiting for the thread that this runs on, so it can wait for memory.
    template <class Executor, class Resume>
    static void post_surely(const Executor& to, const Resume& resume) {
        constexpr milliseconds pause{10};
        for (bool posted = false; !posted;) {
            try {
                asio::post(to, resume);
                posted = true;
            } catch (const std::bad_alloc&) {
                std::this_thread::sleep_for(pause);
            }
        }
    }

    std::size_t limit_;
    std::atomic<std::size_t> queued_{0};
    std::shared_ptr<asio::thread_pool> pool_;
};

template <class Job>
awaitable<typename offload_result<std::invoke_result_t<Job>>::type> offload_pool::run(Job job) {
    using value_type = std::invoke_result_t<Job>;
    auto shared = std::make_shared<slot<value_type>>();
    shared->job = std::move(job);
    if (queued_.fetch_add(1) >= limit_) {
        queued_.fetch_sub(1);
        co_return failure{failure_kind::throttled, "too much picture work is waiting"};
    }
    auto start = [this, shared](auto handler) {
        auto work = asio::make_work_guard(asio::get_associated_executor(handler));
        // All that the way back needs is made before the job begins.
        auto back = std::make_shared<decltype(handler)>(std::move(handler));
        auto resume = [back = std::move(back)] { std::move (*back)(); };
        asio::post(
            *pool_,
            [this, shared, work = std::move(work), resume = std::move(resume)]() mutable {
                try {
                    shared->value.emplace(shared->job());
                } catch (...) {
                    shared->error = std::current_exception();
                }
                shared->job = nullptr;
                queued_.fetch_sub(1);
                post_surely(work.get_executor(), resume);
            }
        );
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
