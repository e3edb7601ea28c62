// Which error replies mean that this server is not, or not alone, the master that we look for. Then
// the connection ends: whoever stands behind the address now is asked again.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace imagined::redis {

class master_doubt {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // A master that lost its replicas may be the wrong one, or just without replicas: one refusal
    // says little, and looking again helps only if somebody else is found, so it is done seldom
    // enough to leave time for reading.
    static constexpr std::chrono::seconds repeated_within{10};
    static constexpr std::chrono::milliseconds between_looks{2500};

    // The code of an error reply was heard. True if the connection is to end.
    bool hear(std::string_view code, time_point now) {
        static constexpr std::array<std::string_view, 4> telling{
            "READONLY", "MASTERDOWN", "MOVED", "CLUSTERDOWN"
        };
        if (std::find(telling.begin(), telling.end(), code) != telling.end()) {
            return true;
        }
        if (code != "NOREPLICAS") {
            return false;
        }
        const bool repeated = refused_ && now - *refused_ < repeated_within;
        const bool may_look = !looked_ || now - *looked_ >= between_looks;
        if (!repeated || !may_look) {
            refused_ = now;
            return false;
        }
        refused_.reset();
        looked_ = now;
        return true;
    }

private:
    std::optional<time_point> refused_; // the last NOREPLICAS since we looked
    std::optional<time_point> looked_;  // because of it
};

} // namespace imagined::redis
