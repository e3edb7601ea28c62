#include "script_batch.hpp"

#include "task_record.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

namespace imagined::queue {

namespace {

// What one script call may hold: a longer one would keep everybody else's commands waiting.
constexpr std::size_t max_tasks = 64;
constexpr std::size_t max_bytes = 256 * std::size_t{1024};

std::size_t bytes_of(const redis::arguments& values) {
    std::size_t sum = 0;
    for (const auto& value : values) {
        sum += value.size();
    }
    return sum;
}

} // namespace

struct script_batch::open_batch {
    using answered = std::function<void(result<redis::reply>)>;

    redis::arguments values;
    std::size_t bytes = 0;
    milliseconds left = milliseconds::max();
    std::vector<answered> waiting;

    bool has_room(std::size_t more) const {
        return waiting.size() < max_tasks && bytes + more <= max_bytes;
    }

    // Answer `at` of the script's verdicts to waiter `at`; a failure to all.
    void answer(const result<redis::reply>& came) {
        for (std::size_t at = 0; at < waiting.size(); ++at) {
            if (!came) {
                waiting[at](came.error());
            } else {
                waiting[at](item(item(*came, 1), at));
            }
        }
    }
};

script_batch::script_batch(const char* name, runner run) : name_(name), run_(std::move(run)) {}

script_batch::~script_batch() = default;

awaitable<result<redis::reply>> script_batch::join(redis::arguments task, milliseconds left) {
    const std::size_t bytes = bytes_of(task);
    if (open_ && !open_->has_room(bytes)) {
        open_.reset(); // it is on its way already
    }
    if (!open_) {
        start(co_await asio::this_coro::executor);
    }
    open_batch& batch = *open_;
    std::move(task.begin(), task.end(), std::back_inserter(batch.values));
    batch.bytes += bytes;
    batch.left = std::min(batch.left, left);
    using token = asio::use_awaitable_t<executor>;
    auto wait = [&batch](auto handler) {
        // The handler can only be moved, a std::function must be able to be copied.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        batch.waiting.emplace_back([shared](result<redis::reply> verdict) {
            const auto on = asio::get_associated_executor(*shared);
            asio::dispatch(on, [shared, verdict = std::move(verdict)]() mutable {
                std::move (*shared)(std::move(verdict));
            });
        });
    };
    co_return co_await asio::async_initiate<const token, void(result<redis::reply>)>(
        std::move(wait), token{}
    );
}

void script_batch::start(executor on) {
    if (!running_) {
        running_.emplace(on);
    }
    open_ = std::make_shared<open_batch>();
    running_->spawn(name_, [this, batch = open_] { return carry_out(batch); });
}

awaitable<> script_batch::carry_out(std::shared_ptr<open_batch> batch) {
    // All that this turn of the loop brings joins first.
    co_await asio::post(asio::use_awaitable_t<executor>{});
    if (open_ == batch) {
        open_.reset();
    }
    result<redis::reply> came = failure{failure_kind::unavailable, name_};
    try {
        came = co_await run_(std::move(batch->values), batch->left);
    } catch (const std::exception& trouble) { // out of memory, say: nobody may wait for ever
        came = failure{failure_kind::unavailable, trouble.what()};
    }
    batch->answer(came);
}

} // namespace imagined::queue
