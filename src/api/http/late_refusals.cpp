#include "http/late_refusals.hpp"

namespace imagined::api {

namespace {

// Counts as long as it lives, also where the coroutine is destroyed in its wait.
class counted {
public:
    explicit counted(std::size_t& count) : count_(count) { ++count_; }

    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    ~counted() { --count_; }

private:
    std::size_t& count_;
};

} // namespace

awaitable<> late_refusals::hold(time_point arrived) {
    const auto left =
        std::chrono::ceil<milliseconds>(arrived + after_arrival - std::chrono::steady_clock::now());
    if (left <= milliseconds(0) || held_ >= most_held) {
        co_return;
    }
    const counted place(held_);
    co_await pause_for(left);
}

} // namespace imagined::api
