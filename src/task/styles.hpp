// Ideogram's style words (ideogram-api.md §4), for whoever maps or checks one.
#pragma once

#include "imagined/task/vocabulary.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace imagined::task {

// V_3's style presets, all 62, sorted.
std::span<const std::string_view> style_presets();

// The preset that `text` names, in Ideogram's spelling; case does not matter and '-' counts as '_'.
std::optional<std::string_view> find_style_preset(std::string_view text);

// Whether `style_type` (exact spelling) is documented for the model; V_1 models take none.
bool takes_style_type(model m, std::string_view style_type);

// What a model documents for generate and remix: ideogram-api.md §4, the table of capabilities.
bool takes_negative_prompt(model m);
bool takes_resolution(model m);

} // namespace imagined::task
