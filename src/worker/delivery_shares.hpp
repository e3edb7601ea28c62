// How a process divides its places for deliveries among callers. Each caller has a few that nobody
// else can take, and so has one that comes later; the rest is lent, at most half of it to one. So
// receivers that take their time cost the caller that named them, and never the last place of
// another. Pure, and of one process: what others have is theirs.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace imagined::worker {

class delivery_shares {
public:
    // `callers`: how many there are as far as is known.
    delivery_shares(std::size_t places, std::size_t callers) : places_(places), known_(callers) {}

    // True with a place taken, to be left by leave().
    bool enter(const std::string& caller);
    // True if somebody may enter now who could not before.
    bool leave(const std::string& caller);

    // How many more a caller may take now; and one that has none yet.
    std::size_t room_of(const std::string& caller) const;

    std::size_t room_of_newcomer() const { return room_with(0); }

    std::size_t taken() const { return taken_; }

    const std::map<std::string, std::size_t>& by_caller() const { return inside_; }

private:
    std::size_t own() const;  // of each caller
    std::size_t lent() const; // to all, beyond their own
    std::size_t borrowed() const;
    std::size_t room_with(std::size_t held) const;

    std::size_t places_;
    std::size_t known_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> inside_; // none is 0
};

} // namespace imagined::worker
