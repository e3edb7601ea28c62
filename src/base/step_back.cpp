#include "imagined/base/step_back.hpp"

#include "imagined/base/log.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace imagined {

namespace {

constexpr int steps = 10; // a tenth of the loop's share where both want the core
constexpr int lowest = 19;

bool lower() {
    // On Linux this is the calling thread alone; the loop may have been started as a nice one.
    const int before = getpriority(PRIO_PROCESS, 0);
    const bool done = setpriority(PRIO_PROCESS, 0, std::min(before + steps, lowest)) == 0;
    if (!done) {
        log::debug("the priority of a thread could not be lowered");
    }
    return done;
}

} // namespace

void step_back() {
    thread_local const bool lowered = lower();
    static_cast<void>(lowered);
}

} // namespace imagined
