#include "imagined/task/render_request.hpp"

#include "json_fields.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace imagined::task {

namespace {

using nlohmann::json;

constexpr std::int64_t max_seed = 2147483647;
constexpr std::int64_t max_int = std::numeric_limits<int>::max();

json to_json(const picture_ref& picture) {
    return json::array({picture.id, picture.n});
}

json to_json(const std::vector<picture_ref>& pictures) {
    json list = json::array();
    for (const picture_ref& picture : pictures) {
        list.push_back(to_json(picture));
    }
    return list;
}

template <class Value>
void put(json& object, const char* key, const Value& value, const Value& usual) {
    if (value != usual) {
        object[key] = value;
    }
}

template <class Word>
void put_word(json& object, const char* key, const Word& value, const Word& usual) {
    if (value != usual) {
        object[key] = to_string(value);
    }
}

template <class Value>
void put(json& object, const char* key, const std::optional<Value>& value) {
    if (value) {
        object[key] = *value;
    }
}

void put(json& object, const char* key, const std::vector<picture_ref>& pictures) {
    if (!pictures.empty()) {
        object[key] = to_json(pictures);
    }
}

std::optional<picture_ref> picture_from(const json& value) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_string()
        || !value[1].is_number_integer()) {
        return std::nullopt;
    }
    const auto n = value[1].get<std::int64_t>();
    if (n < std::numeric_limits<int>::min() || n > max_int) {
        return std::nullopt;
    }
    return picture_ref{value[0].get<std::string>(), static_cast<int>(n)};
}

void read_picture(json_fields& fields, const char* key, std::optional<picture_ref>& into) {
    if (const json* value = fields.find(key)) {
        into = picture_from(*value);
        if (!into) {
            fields.refuse(key);
        }
    }
}

void read_pictures(json_fields& fields, const char* key, std::vector<picture_ref>& into) {
    const json* value = fields.find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        fields.refuse(key);
        return;
    }
    for (const json& element : *value) {
        auto picture = picture_from(element);
        if (!picture) {
            fields.refuse(key);
            return;
        }
        into.push_back(std::move(*picture));
    }
}

void read_ratio(json_fields& fields, const char* key, std::optional<ratio>& into) {
    const json* value = fields.find(key);
    if (value == nullptr) {
        return;
    }
    const auto side = [value](std::size_t i) {
        const bool number = value->is_array() && value->size() == 2 && (*value)[i].is_number();
        return number ? (*value)[i].get<double>() : 0;
    };
    const ratio read{side(0), side(1)};
    if (!(read.width > 0) || !(read.height > 0) || !std::isfinite(read.width)
        || !std::isfinite(read.height)) {
        fields.refuse(key);
        return;
    }
    into = read;
}

} // namespace

json to_json(const render_request& request) {
    static const render_request usual;
    json object = json::object();
    put_word(object, "op", request.what, usual.what);
    put_word(object, "model", request.model, usual.model);
    put_word(object, "speed", request.speed, usual.speed);
    put(object, "prompt", request.prompt, usual.prompt);
    put(object, "negative", request.negative_prompt, usual.negative_prompt);
    put(object, "images", request.images, usual.images);
    if (request.aspect) {
        object["aspect"] = json::array({request.aspect->width, request.aspect->height});
    }
    put(object, "resolution", request.resolution, usual.resolution);
    put(object, "seed", request.seed);
    if (request.magic) {
        object["magic"] = to_string(*request.magic);
    }
    put(object, "style", request.style_type, usual.style_type);
    put(object, "preset", request.style_preset, usual.style_preset);
    put(object, "weight", request.image_weight);
    put(object, "resemblance", request.resemblance);
    put(object, "detail", request.detail);
    put(object, "codes", request.style_codes, usual.style_codes);
    put(object, "palette", request.color_palette, usual.color_palette);
    put(object, "factor", request.upscale_factor, usual.upscale_factor);
    put(object, "describe", request.describe_model, usual.describe_model);
    put(object, "transparent", request.transparent_background, usual.transparent_background);
    put(object, "pictures", request.pictures);
    if (request.mask) {
        object["mask"] = to_json(*request.mask);
    }
    put(object, "style_pictures", request.style_references);
    put(object, "character_pictures", request.character_references);
    put(object, "may_drop", request.may_drop, usual.may_drop);
    return object;
}

result<render_request> render_request_from_json(const json& value) {
    render_request request;
    json_fields fields(value, "request");
    fields.read_word("op", request.what, parse_operation);
    fields.read_word("model", request.model, parse_model);
    fields.read_word("speed", request.speed, parse_rendering_speed);
    fields.read("prompt", request.prompt);
    fields.read("negative", request.negative_prompt);
    fields.read("images", request.images);
    read_ratio(fields, "aspect", request.aspect);
    fields.read("resolution", request.resolution);
    fields.read("seed", request.seed, 0, max_seed);
    fields.read_word("magic", request.magic, parse_magic_prompt);
    fields.read("style", request.style_type);
    fields.read("preset", request.style_preset);
    fields.read("weight", request.image_weight, 1, 100);
    fields.read("resemblance", request.resemblance, 1, 100);
    fields.read("detail", request.detail, 1, 100);
    fields.read("codes", request.style_codes);
    fields.read("palette", request.color_palette);
    fields.read("factor", request.upscale_factor);
    fields.read("describe", request.describe_model);
    fields.read("transparent", request.transparent_background);
    read_pictures(fields, "pictures", request.pictures);
    read_picture(fields, "mask", request.mask);
    read_pictures(fields, "style_pictures", request.style_references);
    read_pictures(fields, "character_pictures", request.character_references);
    fields.read("may_drop", request.may_drop);
    if (fields.error()) {
        return *fields.error();
    }
    return request;
}

std::string class_of(const render_request& request) {
    return std::string(to_string(request.what)) + '/' + std::string(to_string(request.model));
}

std::string duration_class_of(const render_request& request) {
    return class_of(request) + '/' + std::string(to_string(request.speed));
}

} // namespace imagined::task
