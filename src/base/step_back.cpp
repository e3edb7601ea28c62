#include "imagined/base/step_back.hpp"

#include "imagined/base/log.hpp"

#include <sys/resource.h>

namespace imagined {

namespace {

constexpr int background = 10; // a tenth of the loop's share where both want the core

bool lower() {
    // On Linux this is the calling thread alone.
    const bool done = setpriority(PRIO_PROCESS, 0, background) == 0;
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
