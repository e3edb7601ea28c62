// Money is kept in millionths of a US dollar, whole numbers, and told in dollars.
#pragma once

namespace imagined::task {

inline constexpr double micros_per_dollar = 1e6;

} // namespace imagined::task
