#include "http/late_refusals.hpp"

#include "imagined/base/finally.hpp"

namespace imagined::api {

awaitable<> late_refusals::hold(time_point arrived) {
    const auto left =
        std::chrono::ceil<milliseconds>(arrived + after_arrival - std::chrono::steady_clock::now());
    if (left <= milliseconds(0) || held_ >= most_held) {
        co_return;
    }
    ++held_;
    const finally given_back([this] { --held_; });
    co_await pause_for(left);
}

} // namespace imagined::api
