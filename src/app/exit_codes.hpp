// What the shell is told (contract §1).
#pragma once

namespace imagined::app::exit_code {

inline constexpr int ok = 0;
inline constexpr int failed = 1; // at run time
inline constexpr int usage = 2;  // command line or configuration

} // namespace imagined::app::exit_code
