#include "key_scrubbing.hpp"

namespace imagined::backend {

std::string scrubbed(std::string text, std::string_view key) {
    if (key.size() < shortest_secret) {
        return text;
    }
    constexpr std::string_view stars = "***";
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
        text.replace(at, key.size(), stars);
        at += stars.size();
    }
    return text;
}

} // namespace imagined::backend
