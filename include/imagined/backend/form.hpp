// What a dialect documents for one operation and one model, as data: the path, the outer shape of
// the body, and every field with its name on the wire and its permitted words. The writer sends
// nothing that is not here, and the sandbox accepts nothing that is not here.
#pragma once

#include "imagined/backend/words.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/task/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

// What a field means, however it is spelled.
enum class field {
    prompt,
    negative_prompt,
    legacy_aspect,
    v3_aspect,
    legacy_resolution,
    v3_resolution,
    model,
    magic_prompt,
    seed,
    num_images,
    style_type,
    style_preset,
    rendering_speed,
    image_weight,
    resemblance,
    detail,
    style_codes,
    color_palette,
    upscale_factor,
    describe_model,
    transparent_background,
    custom_model,
    copyright_detection,
    picture,
    mask,
    style_references,
    character_references,
    character_masks,
    never_sent // documented, but no request of ours can carry it
};

// The outer shape of a body. In the image_request shapes everything but files lies in that object.
enum class envelope { json, json_image_request, multipart, multipart_image_request };

// How an input picture travels in a JSON body; a multipart body has it as a file.
enum class picture_form { file, base64, link };

struct form_field {
    field what = field::never_sent;
    std::string name = {}; // on the wire; in a JSON body "/input/prompt" is a pointer
    std::vector<std::string> allowed = {}; // in our spelling; empty: any value of the field's type
    // Their spelling of each of `allowed`, place by place; empty: ours. Of a palette: of its words.
    std::vector<nlohmann::json> theirs = {};
    bool required = false;
    std::string fallback = {}; // ours; sent when the request says nothing; "": nothing is sent
    std::size_t most = 1;      // files or array entries

    // The value as it goes over the wire.
    nlohmann::json spelled(nlohmann::json ours) const;
    // Ours for a word that came over the wire; as it came where nobody knows it.
    std::string ours_for(const std::string& theirs_said) const;
    // All that may come over the wire; empty: any value of the field's type.
    std::vector<std::string> wire_words() const;
};

struct form {
    task::operation what = task::operation::generate;
    task::model with = task::model::v3;
    bool any_model = false; // the operation knows no model: `with` is meaningless
    std::string path;
    envelope shape = envelope::multipart;
    bool json_too = false; // a multipart form that is also documented as a flat JSON object
    picture_form pictures = picture_form::file;
    std::vector<form_field> fields;
    nlohmann::json constants = nlohmann::json::object(); // sent with every call, by wire name

    const form_field* find(field wanted) const;
    const form_field* named(std::string_view name) const;

    bool has(field wanted) const { return find(wanted) != nullptr; }
};

// Operations without a model are not narrowed by a list of models.
bool knows_models(task::operation what);

inline bool is_file(field what) {
    return what == field::picture || what == field::mask || what == field::style_references
           || what == field::character_references || what == field::character_masks;
}

// The inclusive range of an integer field; {0, -1} for any other field.
struct integer_range {
    std::int64_t least = 0;
    std::int64_t most = -1;

    bool is_integer() const { return most >= least; }
};

integer_range range_of(field what);

inline constexpr int max_images_per_call = 8;
inline constexpr std::int64_t seed_modulus = std::int64_t{1} << 31;

} // namespace imagined::backend
