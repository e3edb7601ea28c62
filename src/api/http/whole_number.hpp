// Numbers in queries.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagined::api {

// nullopt unless all of `text` is one number from `least` to `most`.
std::optional<std::int64_t>
whole_number(std::string_view text, std::int64_t least, std::int64_t most);

} // namespace imagined::api
