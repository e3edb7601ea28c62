// "Did you mean": the nearest known name to one that nobody knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::config {

// ", did you mean worker.lease?", or "" when no candidate is near enough to be helpful. Names are
// "section.key"; a key that stands in the wrong section counts as near.
std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known);

} // namespace imagined::config
