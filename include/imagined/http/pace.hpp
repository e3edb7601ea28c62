// How an answer asks the server to send its body slowly. The sandbox plays slow peers with it; no
// answer of ours has it.
#pragma once

#include <string_view>

namespace imagined::http {

// A field that never reaches the wire: the body goes out at so many bytes a second, in pieces of a
// tenth of that. Anything but a positive number is ignored.
inline constexpr std::string_view pace_field = "Imagined-Pace";

} // namespace imagined::http
