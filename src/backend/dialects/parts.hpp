// The fields that several dialects document alike, so that a dialect's file says only what is its
// own. The per-model rules of the older models (ideogram-api.md §4) are applied by `keep_for`.
#pragma once

#include "imagined/backend/form.hpp"

#include <span>
#include <string>
#include <vector>

namespace imagined::backend {

using field_list = std::vector<form_field>;

// The fields of an older model's image_request that everybody documents: prompt, model,
// aspect_ratio, magic_prompt_option, style_type with these words, negative_prompt.
field_list image_request_fields(word_list styles);

// Takes out what the model does not know: style_type for V_1*, negative_prompt for V_2A*,
// resolution and color_palette for all but V_2 and V_2_TURBO.
field_list keep_for(task::model with, field_list fields);

// One form per model.
std::vector<form> older_forms(
    task::operation what,
    std::span<const task::model> models,
    const std::string& path,
    envelope shape,
    const field_list& fields
);

form v3_form(task::operation what, std::string path, field_list fields);

// An operation that knows no model (upscale, describe, …).
form modelless_form(task::operation what, std::string path, envelope shape, field_list fields);

form_field required(form_field one);

field_list joined(field_list first, const field_list& second);

// Appends `more` to `all`.
void add(std::vector<form>& all, std::vector<form> more);

namespace fields {

inline constexpr form_field prompt{.what = field::prompt, .name = "prompt", .required = true};
inline constexpr form_field negative{.what = field::negative_prompt, .name = "negative_prompt"};
inline constexpr form_field seed{.what = field::seed, .name = "seed"};
inline constexpr form_field num_images{.what = field::num_images, .name = "num_images"};
inline constexpr form_field model{.what = field::model, .name = "model"};
inline constexpr form_field magic_option{
    .what = field::magic_prompt,
    .name = "magic_prompt_option",
    .allowed = words::magic,
    .fallback = "AUTO"
};
inline constexpr form_field magic{
    .what = field::magic_prompt, .name = "magic_prompt", .allowed = words::magic, .fallback = "AUTO"
};
inline constexpr form_field legacy_aspect{
    .what = field::legacy_aspect, .name = "aspect_ratio", .allowed = words::legacy_aspects
};
inline constexpr form_field v3_aspect{
    .what = field::v3_aspect, .name = "aspect_ratio", .allowed = words::v3_aspects
};
inline constexpr form_field legacy_resolution{
    .what = field::legacy_resolution, .name = "resolution"
};
inline constexpr form_field v3_resolution{.what = field::v3_resolution, .name = "resolution"};
inline constexpr form_field image_weight{.what = field::image_weight, .name = "image_weight"};
inline constexpr form_field palette{.what = field::color_palette, .name = "color_palette"};
inline constexpr form_field style_codes{
    .what = field::style_codes, .name = "style_codes", .most = 16
};
inline constexpr form_field style_preset{
    .what = field::style_preset, .name = "style_preset", .allowed = words::v3_presets
};
inline constexpr form_field style_references{
    .what = field::style_references, .name = "style_reference_images", .most = 10
};
inline constexpr form_field one_style_reference{
    .what = field::style_references, .name = "style_reference_images"
};
inline constexpr form_field character_reference{
    .what = field::character_references, .name = "character_reference_images"
};
inline constexpr form_field image{.what = field::picture, .name = "image", .required = true};
inline constexpr form_field image_file{
    .what = field::picture, .name = "image_file", .required = true
};
inline constexpr form_field mask{.what = field::mask, .name = "mask", .required = true};
inline constexpr form_field resemblance{.what = field::resemblance, .name = "resemblance"};
inline constexpr form_field detail{.what = field::detail, .name = "detail"};

// Camel's default is AUTO where Ideogram's is GENERAL, so the value is always said.
constexpr form_field v3_style(word_list styles) {
    return {
        .what = field::style_type, .name = "style_type", .allowed = styles, .fallback = "GENERAL"
    };
}

constexpr form_field legacy_style(word_list styles) {
    return {.what = field::style_type, .name = "style_type", .allowed = styles};
}

constexpr form_field speed(word_list speeds) {
    return {.what = field::rendering_speed, .name = "rendering_speed", .allowed = speeds};
}

constexpr form_field unsent(std::string_view name) {
    return {.what = field::never_sent, .name = name};
}

} // namespace fields

inline constexpr std::array<task::model, 6> older_models{
    task::model::v1,
    task::model::v1_turbo,
    task::model::v2,
    task::model::v2_turbo,
    task::model::v2a,
    task::model::v2a_turbo
};
inline constexpr std::array<task::model, 4> models_1_and_2{
    task::model::v1, task::model::v1_turbo, task::model::v2, task::model::v2_turbo
};
inline constexpr std::array<task::model, 2> models_2{task::model::v2, task::model::v2_turbo};

} // namespace imagined::backend
