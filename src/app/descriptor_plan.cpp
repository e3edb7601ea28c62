#include "descriptor_plan.hpp"

#include <algorithm>

namespace imagined::app {

namespace {

// Redis and its child, the loop, the log, listening; callbacks; connections that are being turned
// away; pictures on their way to and from the disk.
constexpr std::size_t always = 96;
// A call's own connection (both ends of it with the built-in sandbox), a picture of its answer on
// its way here, and the file that it goes to.
constexpr std::size_t per_call = 4;

} // namespace

descriptor_plan share_descriptors(std::size_t limit, descriptor_plan wanted) {
    const std::size_t left = limit - std::min(limit, always);
    const std::size_t calls = std::min(wanted.calls, std::max<std::size_t>(left / 2 / per_call, 1));
    const std::size_t rest = left - std::min(left, calls * per_call);
    return {std::min(wanted.connections, std::max<std::size_t>(rest, 1)), calls};
}

} // namespace imagined::app
