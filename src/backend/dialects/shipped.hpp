// The texts of the shipped dialects, embedded at build time: name and TOML.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace imagined::backend {

inline constexpr std::size_t shipped_count = 6;

extern const std::array<std::pair<std::string_view, std::string_view>, shipped_count> shipped_texts;

} // namespace imagined::backend
