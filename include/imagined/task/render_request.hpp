// What is to be drawn, in no dialect's words: the meeting point of the Midjourney front (prompt
// grammar, buttons), the native front and the backend dialects. Plain data with a JSON form, so it
// survives in the queue.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/task/vocabulary.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace imagined::task {

// Width to height, both positive; kept as given ("16:9" is {16, 9}).
struct ratio {
    double width = 1;
    double height = 1;

    friend bool operator==(const ratio&, const ratio&) = default;
};

// A picture in our own store: picture `n` of task `id`.
struct picture_ref {
    std::string id;
    int n = 0;

    friend bool operator==(const picture_ref&, const picture_ref&) = default;
};

struct render_request {
    operation what = operation::generate;
    task::model model = model::v3;
    rendering_speed speed = rendering_speed::standard; // V_3 only; older models have a turbo model
    std::string prompt;
    std::string negative_prompt;
    int images = 1;
    std::optional<ratio> aspect;
    std::string resolution;           // explicit "WxH"; excludes aspect
    std::optional<std::int64_t> seed; // 0..2147483647
    std::optional<magic_prompt> magic;
    std::string style_type;          // "", or Ideogram's word: "ANIME"
    std::string style_preset;        // "", or one of V_3's 62
    std::optional<int> image_weight; // 1..100, remix
    std::optional<int> resemblance;  // 1..100, upscale
    std::optional<int> detail;       // 1..100, upscale
    std::vector<std::string> style_codes;
    std::string color_palette;           // "", or Ideogram's JSON object as text
    std::string upscale_factor;          // "", X1, X2, X4: generate-transparent
    std::string describe_model;          // "", V_2, V_3: describe
    bool transparent_background = false; // instruct-edit
    std::string custom_model;            // "", or "model/<name>/version/<n>": V_3
    bool copyright_detection = false;    // asks the upstream to look for protected works
    std::vector<picture_ref> pictures;   // the input, or inputs of instruct-edit
    std::optional<picture_ref> mask;     // black = edit, as Ideogram has it
    std::vector<picture_ref> style_references;
    std::vector<picture_ref> character_references;
    std::vector<picture_ref> character_masks; // of those, where the character is
    // Midjourney requests let a backend drop what it cannot express (and note it); native ones are
    // refused instead.
    bool may_drop = true;

    friend bool operator==(const render_request&, const render_request&) = default;
};

// The fields that differ from their defaults, under short stable names.
nlohmann::json to_json(const render_request& request);
// `corrupt`, naming the field, for anything that to_json cannot have written.
result<render_request> render_request_from_json(const nlohmann::json& value);

// The capability that a task needs, as the queue groups waiting tasks by it:
// "generate/V_3". A backend either serves a class or does not.
std::string class_of(const render_request& request);

// What one call of it takes about as long as: "generate/V_3/DEFAULT".
std::string duration_class_of(const render_request& request);

} // namespace imagined::task
