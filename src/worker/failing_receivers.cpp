#include "failing_receivers.hpp"

#include <fmt/format.h>

namespace imagined::worker {

void failing_receivers::note(const std::string& host, bool delivered, time_point now) {
    if (delivered) {
        hosts_.erase(host);
        return;
    }
    if (!hosts_.contains(host) && hosts_.size() >= most_hosts) {
        std::erase_if(hosts_, [now](const auto& one) { return now - one.second.last > told_for; });
        if (hosts_.size() >= most_hosts) {
            return;
        }
    }
    record& known = hosts_[host];
    ++known.in_a_row;
    known.last = now;
}

std::vector<std::string> failing_receivers::warnings(time_point now) const {
    std::vector<std::string> told;
    for (const auto& [host, known] : hosts_) {
        if (known.in_a_row >= told_after && now - known.last <= told_for) {
            told.push_back(fmt::format(
                "callbacks fail at {}: {} in a row", host.empty() ? "?" : host, known.in_a_row
            ));
        }
    }
    return told;
}

} // namespace imagined::worker
