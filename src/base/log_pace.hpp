// Keeps one kind of trouble from flooding the log: of lines with the same message at most one a
// second is written, and it says how many were not.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::log {

class log_pace {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds between{1};
    static constexpr std::size_t max_kinds = 256; // what is beyond shares one pace

    struct verdict {
        bool written = true;
        std::size_t suppressed = 0; // since the last that was written
    };

    verdict ask(std::string_view kind, time_point now);

    struct debt {
        std::string kind;
        std::size_t suppressed = 0;
    };

    // What was suppressed a second ago or more, and has not been told since; it is told by this.
    std::vector<debt> due(time_point now);

    bool owes() const { return owing_ > 0; }

private:
    struct state {
        time_point written;
        std::size_t suppressed = 0;
    };

    std::map<std::string, state, std::less<>> kinds_;
    std::size_t owing_ = 0; // kinds of which something is suppressed
};

} // namespace imagined::log
