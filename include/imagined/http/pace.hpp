// How an answer asks the server to send it slowly, or late.
#pragma once

#include <string_view>

namespace imagined::http {

// Fields that never reach the wire. Anything but a positive number is ignored.

// The body goes out at so many bytes a second, in pieces of a tenth of that. The sandbox plays slow
// peers with it.
inline constexpr std::string_view pace_field = "Imagined-Pace";

// The answer begins so many milliseconds later. Meanwhile its connection stays open: whoever sets
// it bounds how many such answers there are.
inline constexpr std::string_view hold_field = "Imagined-Hold";

} // namespace imagined::http
