// Named places in the program at which a test can make it die, freeze or fail: the crash matrix
// (tests/service) needs exactly these moments. Only built with the CMake option
// IMAGINED_FAILPOINTS; without it hit() is a constant and nothing of this is in the program.
//
// The environment's IMAGINED_FAILPOINTS names a directory. A file in it that is called like a point
// arms that point, once: the first thread to reach it takes the file away and does what it says:
//   kill   SIGKILL to this process
//   stop   SIGSTOP to this process; it goes on here at SIGCONT
//   error  hit() is true: the step is to fail as if its disk or its peer had
//
//   queue.<script>.before .after          around every Redis script (every verb of the queue)
//   http.post.first_byte.before .after    around the first byte of a POST: a paid call, a callback
//   backend.call.answered                 a call's answer is read, nothing is written about it
//   callback.deliver.before .after        around one delivery
//   store.write store.sync store.rename store.directory_sync   .before .after
#pragma once

#include <string>

namespace imagined::failpoint {

#ifdef IMAGINED_FAILPOINTS

inline constexpr bool compiled_in = true;

// Does what the point is armed for. True: the caller fails this step. The name is given in parts.
bool reach(const std::string& name);

template <class... Parts>
bool hit(const Parts&... parts) {
    std::string name;
    (name.append(parts), ...);
    return reach(name);
}

#else

inline constexpr bool compiled_in = false;

template <class... Parts>
constexpr bool hit(const Parts&...) {
    return false;
}

#endif

} // namespace imagined::failpoint
