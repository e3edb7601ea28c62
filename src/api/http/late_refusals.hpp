// Refusals that browsers are given a moment after they asked.
//
// chatgpt-web-midjourney-proxy puts its card on the screen only after it has sent the submit; a
// refusal that is there before the card is lost, and the card waits for ever. What it waits for on
// its own account takes it less than this (contract §3).
#pragma once

#include "imagined/base/async.hpp"

#include <chrono>
#include <cstddef>

namespace imagined::api {

class late_refusals {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr milliseconds after_arrival{1100};
    static constexpr std::size_t most_held = 200; // each holds a connection and its answer

    // Returns `after_arrival` after `arrived`, at once if that has passed or so many wait already,
    // and early on cancellation.
    awaitable<> hold(time_point arrived);

    std::size_t held() const { return held_; }

private:
    std::size_t held_ = 0;
};

} // namespace imagined::api
