#include "session_cache.hpp"

#include <iterator>
#include <utility>

namespace imagined::http {

namespace {

// The certificates in it are shared.
offered_session copy_of(const SSL_SESSION& session) {
    return offered_session(SSL_SESSION_dup(&session));
}

} // namespace

void session_cache::keep(const std::string& peer, const SSL_SESSION& offered) {
    forget(peer);
    auto copy = copy_of(offered);
    if (!copy) {
        return; // no memory for it
    }
    if (by_peer_.size() == max_peers) {
        by_peer_.erase(oldest_first_.front().peer);
        oldest_first_.pop_front();
    }
    oldest_first_.push_back({peer, std::move(copy)});
    by_peer_.emplace(peer, std::prev(oldest_first_.end()));
}

offered_session session_cache::find(const std::string& peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : copy_of(*found->second->offered);
}

void session_cache::forget(const std::string& peer) {
    const auto found = by_peer_.find(peer);
    if (found != by_peer_.end()) {
        oldest_first_.erase(found->second);
        by_peer_.erase(found);
    }
}

} // namespace imagined::http
