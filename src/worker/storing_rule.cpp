#include "storing_rule.hpp"

#include <algorithm>

namespace imagined::worker {

namespace {

constexpr milliseconds first_pause{1000};
constexpr milliseconds longest_pause{15000};
constexpr milliseconds first_download_pause{15000};
constexpr milliseconds longest_download_pause{900000};
constexpr std::int64_t partial_after_ms = 15LL * 60 * 1000;

} // namespace

milliseconds storing_rule::next_pause() {
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    return pause_;
}

milliseconds download_again_after(int attempt) {
    const int doublings = std::clamp(attempt - 1, 0, 10);
    return std::min(longest_download_pause, first_download_pause * (1 << doublings));
}

bool is_enough(int stored, unix_millis called, unix_millis now) {
    return stored > 0 && now - called > partial_after_ms;
}

} // namespace imagined::worker
