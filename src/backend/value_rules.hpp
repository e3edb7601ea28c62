// The rules of single values: type, range, word, palette, style code, mask.
#pragma once

#include "form.hpp"
#include "submitted_value.hpp"

#include "imagined/base/failure.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace imagined::backend {

inline constexpr std::size_t max_prompt_bytes = 40000; // 10000 characters of up to four bytes

// All fail with `invalid` and a text that names the field.
result<void> check_value(const submitted_value& value, const form_field& of);

// A picture in a JSON body: a link, or base64 where the form takes it.
result<void>
check_picture_text(std::string_view name, const nlohmann::json& value, picture_form form);

// Same size as the picture; a PNG must be black and white, and not all white. (JPEG and WebP masks
// are only measured: their edges are never pure.)
result<void> check_mask_picture(std::string_view mask, std::string_view picture);

} // namespace imagined::backend
