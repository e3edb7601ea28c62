#include "http/key_guesses.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace imagined::api {

std::string guessing_address(std::string_view peer) {
    using namespace boost::asio::ip;
    constexpr std::size_t network_bytes = 8;
    boost::system::error_code ec;
    const auto read = make_address(std::string(peer), ec);
    if (ec || read.is_v4()) {
        return std::string(peer);
    }
    const address_v6 address = read.to_v6();
    if (address.is_v4_mapped()) {
        return make_address_v4(v4_mapped, address).to_string();
    }
    auto bytes = address.to_bytes();
    std::fill(bytes.begin() + network_bytes, bytes.end(), 0);
    return address_v6(bytes).to_string() + "/64";
}

milliseconds key_guesses::refused(std::string_view peer, std::size_t wrong, time_point now) {
    std::string address = guessing_address(peer);
    const auto known = by_address_.find(address);
    bool late = false;
    if (known != by_address_.end() && known->second->seen >= free_guesses) {
        const guesser& who = *known->second;
        late = now - who.last[who.seen % free_guesses] < window; // the oldest of the ring
    }
    if (wrong > 0) {
        note(std::move(address), wrong, now);
    }
    while (!held_.empty() && held_.front() <= now) {
        held_.pop_front();
    }
    if (!late || held_.size() >= most_held) {
        return milliseconds(0);
    }
    held_.push_back(now + delay);
    return delay;
}

void key_guesses::note(std::string address, std::size_t wrong, time_point now) {
    const auto known = by_address_.find(address);
    if (known != by_address_.end()) {
        guessers_.splice(guessers_.begin(), guessers_, known->second);
    } else {
        if (guessers_.size() >= most_addresses) {
            by_address_.erase(guessers_.back().address);
            guessers_.pop_back();
        }
        guessers_.emplace_front();
        guessers_.front().address = address;
        by_address_.emplace(std::move(address), guessers_.begin());
    }
    guesser& who = guessers_.front();
    for (std::size_t i = 0; i < wrong; ++i) {
        who.last[who.seen % free_guesses] = now;
        ++who.seen;
    }
}

} // namespace imagined::api
