#include "delivery_shares.hpp"

#include <algorithm>

namespace imagined::worker {

namespace {

// Half of all places belong to somebody, the other half is lent.
constexpr std::size_t parts = 2;

std::size_t beyond(std::size_t held, std::size_t limit) {
    return held - std::min(held, limit);
}

} // namespace

// One more than are here: who comes next finds its own places free.
std::size_t delivery_shares::own() const {
    const std::size_t callers = std::max(known_, inside_.size() + 1);
    return std::max<std::size_t>(1, places_ / (parts * callers));
}

std::size_t delivery_shares::lent() const {
    const std::size_t callers = std::max(known_, inside_.size() + 1);
    return beyond(places_, callers * own());
}

std::size_t delivery_shares::borrowed() const {
    std::size_t sum = 0;
    for (const auto& [caller, theirs] : inside_) {
        sum += beyond(theirs, own());
    }
    return sum;
}

std::size_t delivery_shares::room_with(std::size_t held) const {
    const std::size_t most = lent() / parts;
    const std::size_t mine = beyond(held, own());
    return beyond(own(), held) + std::min(beyond(lent(), borrowed()), beyond(most, mine));
}

std::size_t delivery_shares::room_of(const std::string& caller) const {
    const auto found = inside_.find(caller);
    return room_with(found == inside_.end() ? 0 : found->second);
}

bool delivery_shares::enter(const std::string& caller) {
    if (room_of(caller) == 0) {
        return false;
    }
    ++inside_[caller];
    ++taken_;
    return true;
}

bool delivery_shares::leave(const std::string& caller) {
    const auto found = inside_.find(caller);
    const bool was_borrowed = found->second > own() && borrowed() >= lent();
    const bool was_full = was_borrowed || room_with(found->second) == 0;
    --taken_;
    if (--found->second == 0) {
        inside_.erase(found);
    }
    return was_full;
}

} // namespace imagined::worker
