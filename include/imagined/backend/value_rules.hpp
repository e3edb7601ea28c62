// The rules of single values: type, range, word, palette, style code, mask.
#pragma once

#include "imagined/backend/complaint.hpp"
#include "imagined/backend/form.hpp"
#include "imagined/backend/submitted_value.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace imagined::backend {

inline constexpr std::size_t max_prompt_bytes = 40000; // 10000 characters of up to four bytes

// Of a field with a closed set of values the complaint lists the set.
complaint check_value(const submitted_value& value, const form_field& of);

// A picture in a JSON body: a link, or base64 where the form takes it.
complaint check_picture_text(std::string_view name, const nlohmann::json& value, picture_form form);

// Same size as the picture; a PNG must be black and white, and not all white. (JPEG and WebP masks
// are only measured: their edges are never pure.)
complaint check_mask_picture(std::string_view mask, std::string_view picture);

} // namespace imagined::backend
