// Who tries keys. Whoever has sent many wrong ones within a minute is told so a second late, from
// then on: guessing becomes slow, and nobody with a right key waits. Pure: the caller brings the
// time, and does the waiting.
#pragma once

#include "imagined/base/async.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace imagined::api {

class key_guesses {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t free_guesses = 20; // in `window`, from one address
    static constexpr seconds window{60};
    static constexpr milliseconds delay{1000};
    static constexpr std::size_t most_held = 200;       // late answers at a time; more come at once
    static constexpr std::size_t most_addresses = 4096; // the one unheard of for longest goes

    // How much later the refusal of this request is to be told. `wrong` is how many wrong keys it
    // brought, none included.
    milliseconds refused(std::string_view peer, std::size_t wrong, time_point now);

    std::size_t addresses() const { return guessers_.size(); }

private:
    struct guesser {
        std::string address;
        std::array<time_point, free_guesses> last{}; // a ring
        std::size_t seen = 0;
    };

    void note(std::string address, std::size_t wrong, time_point now);

    std::list<guesser> guessers_; // the latest first
    std::unordered_map<std::string, std::list<guesser>::iterator> by_address_;
    std::deque<time_point> held_; // until when
};

// Whose guesses count together: an IPv4 address, or the /64 of an IPv6 one, within which a host
// takes whichever address it likes.
std::string guessing_address(std::string_view peer);

} // namespace imagined::api
