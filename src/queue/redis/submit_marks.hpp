// What tells the submits of all processes apart, so that one whose answer was
// lost is found again.
#pragma once

#include "imagined/base/bytes.hpp"

#include <cstdint>
#include <string>

namespace imagined::queue {

class submit_marks {
public:
    // Random by its first half, which this process alone has, and new by the
    // second.
    std::string next() { return prefix_ + std::to_string(++count_); }

private:
    static constexpr std::size_t prefix_bytes = 6;

    std::string prefix_ = random_hex(prefix_bytes);
    std::uint64_t count_ = 0;
};

} // namespace imagined::queue
