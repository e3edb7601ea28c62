// When what is paid is tried to be stored again, and how long pictures that cannot be had are
// waited for. Pure: the caller tells the time.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"

namespace imagined::worker {

// While the disk refuses what is paid.
class storing_rule {
public:
    // 1 s, doubling to 15 s: a disk that has room again is soon found to.
    milliseconds next_pause();

    // True once: the change is told, not every try.
    bool begins_to_wait() { return !waits_ && (waits_ = true); }

    bool waits() const { return waits_; }

private:
    milliseconds pause_{0};
    bool waits_ = false;
};

// Before a paid picture that could not be downloaded is asked for again: 15 s doubling to 15 min,
// by the attempts that the task has had.
milliseconds download_again_after(int attempt);

// Some pictures of the task are there, and its call was so long ago that the others are not waited
// for any longer.
bool is_enough(int stored, unix_millis called, unix_millis now);

} // namespace imagined::worker
