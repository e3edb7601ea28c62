// Ideogram's own paths (ideogram-api.md §5.1 to §5.14), bare and behind /ideogram, as its clients
// and those of its relays call them.
#pragma once

#include "imagined/backend/native_request.hpp"

#include <optional>
#include <string_view>

namespace imagined::api {

// What a POST to this path asks for; nullopt when it is none of them. `path` is canonical_path's.
std::optional<backend::native_question> native_path(std::string_view path);

} // namespace imagined::api
