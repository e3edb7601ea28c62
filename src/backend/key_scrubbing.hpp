// Some upstreams repeat the key in their error texts. It leaves this module nowhere.
#pragma once

#include <string>
#include <string_view>

namespace imagined::backend {

// Below this length a "key" is a test's word that may occur in any prompt.
inline constexpr std::size_t shortest_secret = 6;

// `text` with every occurrence of `key` replaced by stars.
std::string scrubbed(std::string text, std::string_view key);

} // namespace imagined::backend
