// From the paths that clients configure to the one that is routed: `/mj/…` may stand behind `/v1`,
// a word (often the speed mode) or another `/mj`, with doubled and trailing slashes (mj-api.md §2);
// `/ideogram/…` may stand behind a word as well.
#pragma once

#include "imagined/task/vocabulary.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

struct canonical_path {
    std::string text;         // "mj/task/17/fetch": no slash at either end
    bool integer_ids = false; // under /v1/mj/ a submit's `result` is a JSON integer
    std::optional<task::speed_mode> mode;
};

canonical_path canonical(std::string_view path);

inline constexpr std::size_t max_path_values = 2;
using path_values = std::array<std::string, max_path_values>;

// True if `path` has the form of `pattern`, in which `{}` stands for one segment; then `values`
// holds these segments in order.
bool matches(std::string_view pattern, std::string_view path, path_values& values);

} // namespace imagined::api
