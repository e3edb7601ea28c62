#include "host_gate.hpp"

namespace imagined::worker {

std::optional<milliseconds> host_gate::enter(const std::string& host, time_point now) {
    auto& here = hosts_[host];
    const bool suspect = here.slow >= limits_.slow_in_a_row;
    if (suspect && now < here.open_until) {
        return std::chrono::ceil<milliseconds>(here.open_until - now);
    }
    const std::size_t places = suspect ? 1 : limits_.places;
    if (here.inside >= places) {
        return limits_.busy_for;
    }
    ++here.inside;
    return std::nullopt;
}

void host_gate::leave(const std::string& host, time_point entered, time_point now, bool delivered) {
    auto& here = hosts_[host];
    --here.inside;
    if (delivered || now - entered < limits_.slow) {
        here.slow = 0;
    } else if (++here.slow >= limits_.slow_in_a_row) {
        here.open_until = now + limits_.open_for;
    }
    if (here.inside == 0 && here.slow == 0) {
        hosts_.erase(host);
    }
    forget_some();
}

void host_gate::withdraw(const std::string& host) {
    auto& here = hosts_[host];
    if (--here.inside == 0 && here.slow == 0) {
        hosts_.erase(host);
    }
}

// Hosts are the callers' choice: any number of them may be slow once. Who was just let alone is
// tried again sooner then.
void host_gate::forget_some() {
    if (hosts_.size() > limits_.remembered) {
        std::erase_if(hosts_, [](const auto& one) { return one.second.inside == 0; });
    }
}

} // namespace imagined::worker
