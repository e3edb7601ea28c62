#include "suggestion.hpp"

#include "imagined/base/edit_distance.hpp"

#include <algorithm>

namespace imagined::config {

namespace {

// A suggestion that shares less than two thirds of the word with it is noise.
constexpr std::size_t tolerated_part = 3;

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0: the whole name
}

std::size_t distance_of_names(std::string_view unknown, std::string_view known) {
    const std::size_t whole = edit_distance(unknown, known);
    const std::size_t key = edit_distance(last_part(unknown), last_part(known));
    return std::min(whole, key + 1); // +1: of two equal keys the one in the right section wins
}

} // namespace

std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known) {
    const std::string* best = nullptr;
    std::size_t nearest = 0;
    for (const std::string& candidate : known) {
        const std::size_t distance = distance_of_names(unknown, candidate);
        if (best == nullptr || distance < nearest) {
            best = &candidate;
            nearest = distance;
        }
    }
    const std::size_t key_length = last_part(unknown).size();
    if (best == nullptr || nearest > std::max<std::size_t>(2, key_length / tolerated_part)) {
        return "";
    }
    return ", did you mean " + *best + "?";
}

} // namespace imagined::config
