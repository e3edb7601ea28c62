#include "imagined/callback/delivery_plan.hpp"

#include <algorithm>

namespace imagined::callback {

namespace {

// A tenth at most: receivers that failed together do not come back together.
constexpr std::int64_t jitter_divisor = 10;
constexpr std::uint64_t dice_steps = 1024;

milliseconds with_jitter(milliseconds delay, std::uint64_t dice) {
    const auto step = static_cast<std::int64_t>(dice % (dice_steps + 1));
    const std::int64_t most = delay.count() / jitter_divisor;
    return delay + milliseconds(most * step / static_cast<std::int64_t>(dice_steps));
}

} // namespace

std::optional<milliseconds> next_delay(
    const std::vector<milliseconds>& schedule,
    int tried,
    const attempt_result& last,
    std::uint64_t dice
) {
    using kind = attempt_result::kind;
    const auto next = static_cast<std::size_t>(std::max(tried, 0));
    if (last.what == kind::gone || last.what == kind::delivered || next >= schedule.size()) {
        return std::nullopt;
    }
    const milliseconds planned = with_jitter(schedule[next], dice);
    return std::max(planned, std::min(last.retry_after.value_or(milliseconds(0)), max_retry_after));
}

} // namespace imagined::callback
