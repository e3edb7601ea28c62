// Result pictures in the other two formats that Ideogram hands out (ideogram-api.md §14, 8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined::sandbox {

enum class picture_format { png, jpeg, webp };

// "png", "jpeg", "webp"; nullopt for anything else.
std::optional<picture_format> parse_picture_format(std::string_view name);

// ".png", ".jpeg", ".webp".
std::string suffix_of(picture_format format);

// A PNG of ours in another format; as it is when that format is PNG or it cannot be decoded.
std::string in_format(std::string png, picture_format format);

} // namespace imagined::sandbox
