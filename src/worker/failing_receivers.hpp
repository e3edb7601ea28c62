// Receivers at which callbacks fail one after the other, for whoever operates this. Bounded; pure.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace imagined::worker {

class failing_receivers {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most_hosts = 64;
    static constexpr int told_after = 3;                // failures in a row
    static constexpr std::chrono::minutes told_for{10}; // since the last one

    // How a delivery to `host` ended.
    void note(const std::string& host, bool delivered, time_point now);

    // One sentence for each receiver that fails now.
    std::vector<std::string> warnings(time_point now) const;

private:
    struct record {
        int in_a_row = 0;
        time_point last{};
    };

    std::map<std::string, record> hosts_;
};

} // namespace imagined::worker
