#include "script_batch.hpp"

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
#include <variant>
#include <vector>

namespace imagined::queue {

namespace {

// What one script call may hold: a longer one would keep everybody else's
// commands waiting.
constexpr std::size_t max_tasks = 64;
constexpr std::size_t max_bytes = 256 * std::size_t{1024};
// A call that comes too late is still made, and fails by its time.
constexpr milliseconds shortest_call{1};

std::size_t bytes_of(const redis::arguments& values) {
    std::size_t sum = 0;
    for (const auto& value : values) {
        sum += value.size();
    }
    return sum;
}

// Verdict `at` of a script's answer, taken out of it; nil when there is none.
redis::reply take_verdict(redis::reply& answer, std::size_t at) {
    auto* parts = std::get_if<redis::array>(&answer.value);
    auto* verdicts = parts != nullptr && parts->size() > 1
                         ? std::get_if<redis::array>(&(*parts)[1].value)
                         : nullptr;
    return verdicts != nullptr && at < verdicts->size() ? std::move((*verdicts)[at])
                                                        : redis::reply{};
}

} // namespace

struct script_batch::open_batch {
    using answered = std::function<void(result<redis::reply>)>;
    using clock = std::chrono::steady_clock;

    redis::arguments values;
    std::size_t bytes = 0;
    clock::time_point until = clock::time_point::max(); // the first of its tasks wants its answer
    std::vector<answered> waiting;
    bool launched = false;

    milliseconds left() const {
        const auto rest = std::chrono::duration_cast<milliseconds>(until - clock::now());
        return std::max(rest, shortest_call);
    }

    bool has_room(std::size_t more) const {
        return waiting.size() < max_tasks && bytes + more <= max_bytes;
    }

    // Answer `at` of the script's verdicts to waiter `at`; a failure to all.
    void answer(result<redis::reply> came) {
        for (std::size_t at = 0; at < waiting.size(); ++at) {
            if (!came) {
                waiting[at](came.error());
            } else {
                waiting[at](take_verdict(*came, at));
            }
        }
    }
};

script_batch::script_batch(const char* name, runner run) : name_(name), run_(std::move(run)) {}

script_batch::~script_batch() = default;

awaitable<result<redis::reply>> script_batch::join(redis::arguments task, milliseconds left) {
    const std::size_t bytes = bytes_of(task);
    if (!running_) {
        running_.emplace(co_await asio::this_coro::executor);
    }
    if (open_ && !open_->has_room(bytes)) {
        launch(); // if it is not on its way already
        open_.reset();
    }
    if (!open_) {
        open_ = std::make_shared<open_batch>();
        if (under_way_ == 0) {
            launch();
        }
    }
    open_batch& batch = *open_;
    batch.values.insert(
        batch.values.end(),
        std::make_move_iterator(task.begin()),
        std::make_move_iterator(task.end())
    );
    batch.bytes += bytes;
    batch.until = std::min(batch.until, open_batch::clock::now() + left);
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

void script_batch::launch() {
    if (!open_->launched) {
        open_->launched = true;
        ++under_way_;
        running_->spawn(name_, [this, batch = open_] { return carry_out(batch); });
    }
}

awaitable<> script_batch::carry_out(std::shared_ptr<open_batch> batch) {
    // All that this turn of the loop brings joins first.
    co_await asio::post(asio::use_awaitable_t<executor>{});
    if (open_ == batch) {
        open_.reset();
    }
    result<redis::reply> came = failure{failure_kind::unavailable, name_};
    try {
        came = co_await run_(std::move(batch->values), batch->left());
    } catch (const std::exception& trouble) { // out of memory, say: nobody may wait for ever
        came = failure{failure_kind::unavailable, trouble.what()};
    }
    --under_way_;
    if (open_ && under_way_ == 0) {
        launch();
    }
    batch->answer(std::move(came));
}

} // namespace imagined::queue
