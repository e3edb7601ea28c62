// "Did you mean": the nearest known name to one that nobody knows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::config {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// ", did you mean worker.lease?", or "" when no candidate is near enough to be helpful. Names are
// "section.key"; a key that stands in the wrong section counts as near.
std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known);

} // namespace imagined::config
