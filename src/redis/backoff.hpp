// How long to wait before the next attempt: doubling between two bounds, and jittered (half to
// whole), so that the clients of a Redis that comes back do not arrive in step.
#pragma once

#include "imagined/base/async.hpp"

#include <algorithm>
#include <random>

namespace imagined::redis {

// Of a client whose Redis is gone.
inline constexpr milliseconds least_pause{50};
inline constexpr milliseconds most_pause{2000};

class backoff {
public:
    backoff(milliseconds least, milliseconds most) : least_(least), most_(most), next_(least) {}

    milliseconds next() {
        const auto whole = next_.count();
        next_ = std::min(next_ * 2, most_);
        return milliseconds(
            std::uniform_int_distribution<milliseconds::rep>(whole / 2, whole)(random_)
        );
    }

    void reset() { next_ = least_; }

private:
    milliseconds least_;
    milliseconds most_;
    milliseconds next_;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace imagined::redis
