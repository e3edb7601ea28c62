#include "wire_pool.hpp"

#include <algorithm>

namespace imagined::http {

wire_pool::wire_pool(executor on, options chosen) : state_(std::make_shared<state>(on, chosen)) {}

bool wire_pool::state::is_usable(const entry& held) const {
    const auto age = std::chrono::steady_clock::now() - held.since;
    return age < limits.idle_lifetime && held.idle->is_quiet();
}

// Also frees the descriptors of connections that the peer closed while nobody asked for them.
void wire_pool::state::sweep() {
    for (auto at = by_origin.begin(); at != by_origin.end();) {
        std::erase_if(at->second, [this](const entry& held) { return !is_usable(held); });
        at = at->second.empty() ? by_origin.erase(at) : std::next(at);
    }
}

void wire_pool::schedule(const std::shared_ptr<state>& shared) {
    shared->sweeping = !shared->by_origin.empty();
    if (!shared->sweeping) {
        return;
    }
    const auto half = std::chrono::duration_cast<milliseconds>(shared->limits.idle_lifetime) / 2;
    shared->timer.expires_after(std::max(half, milliseconds(100)));
    shared->timer.async_wait([weak = std::weak_ptr<state>(shared
                              )](const boost::system::error_code& ec) {
        const auto held = weak.lock();
        if (!ec && held) {
            held->sweep();
            schedule(held);
        }
    });
}

std::unique_ptr<wire>
wire_pool::take(const std::string& origin, const std::string& host, const egress_policy* egress) {
    const auto found = state_->by_origin.find(origin);
    if (found == state_->by_origin.end()) {
        return nullptr;
    }
    auto& entries = found->second;
    std::unique_ptr<wire> taken;
    while (taken == nullptr && !entries.empty()) {
        auto last = std::move(entries.back());
        entries.pop_back();
        const auto& peer = last.idle->peer();
        const bool permitted =
            egress == nullptr || egress->permits(host, peer.address(), peer.port());
        if (permitted && state_->is_usable(last)) {
            taken = std::move(last.idle);
        }
    }
    if (entries.empty()) {
        state_->by_origin.erase(found);
    }
    return taken;
}

void wire_pool::put(const std::string& origin, std::unique_ptr<wire> idle) {
    auto& entries = state_->by_origin[origin];
    if (entries.size() < state_->limits.max_idle_per_host) {
        entries.push_back({std::move(idle), std::chrono::steady_clock::now()});
    } else if (entries.empty()) {
        state_->by_origin.erase(origin);
    }
    if (!state_->sweeping) {
        schedule(state_);
    }
}

std::size_t wire_pool::size() const {
    std::size_t count = 0;
    for (const auto& [origin, entries] : state_->by_origin) {
        count += entries.size();
    }
    return count;
}

} // namespace imagined::http
