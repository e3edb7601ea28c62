#include "imagined/task/render_request.hpp"

#include "imagined/task/json_text.hpp"
#include "json_fields.hpp"
#include "request_text.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace imagined::task {

namespace {

using nlohmann::json;

constexpr std::int64_t max_seed = 2147483647;
constexpr std::int64_t max_int = std::numeric_limits<int>::max();

void append_picture(std::string& out, const picture_ref& picture) {
    out += '[';
    append_json_string(out, picture.id);
    out += ',';
    out += std::to_string(picture.n);
    out += ']';
}

// The members of one request; each is left out where it says nothing.
class request_text {
public:
    explicit request_text(std::string& out) : out_(out), object_(out) {}

    void text(std::string_view name, std::string_view value, std::string_view usual = "") {
        if (value != usual) {
            object_.text(name, value);
        }
    }

    template <class Word>
    void word(std::string_view name, Word value, Word usual) {
        if (value != usual) {
            object_.text(name, to_string(value));
        }
    }

    void number(std::string_view name, std::int64_t value, std::int64_t usual) {
        if (value != usual) {
            object_.number(name, value);
        }
    }

    template <class Number>
    void number(std::string_view name, const std::optional<Number>& value) {
        if (value) {
            object_.number(name, *value);
        }
    }

    void flag(std::string_view name, bool value, bool usual) {
        if (value != usual) {
            object_.flag(name, value);
        }
    }

    void aspect(std::string_view name, const std::optional<ratio>& value) {
        if (value) {
            object_.key(name);
            out_ += json::array({value->width, value->height}).dump();
        }
    }

    void texts(std::string_view name, const std::vector<std::string>& values) {
        if (!values.empty()) {
            object_.texts(name, values);
        }
    }

    void pictures(std::string_view name, const std::vector<picture_ref>& values) {
        if (!values.empty()) {
            object_.key(name);
            char before = '[';
            for (const picture_ref& value : values) {
                out_ += before;
                append_picture(out_, value);
                before = ',';
            }
            out_ += ']';
        }
    }

    void picture(std::string_view name, const std::optional<picture_ref>& value) {
        if (value) {
            object_.key(name);
            append_picture(out_, *value);
        }
    }

private:
    std::string& out_;
    object_text object_;
};

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

void append_request(
    std::string& out, const render_request& request, std::string_view usual_prompt
) {
    static const render_request usual;
    request_text members(out);
    members.aspect("aspect", request.aspect);
    members.pictures("character_masks", request.character_masks);
    members.pictures("character_pictures", request.character_references);
    members.texts("codes", request.style_codes);
    members.flag("copyright", request.copyright_detection, usual.copyright_detection);
    members.text("custom", request.custom_model);
    members.text("describe", request.describe_model);
    members.number("detail", request.detail);
    members.text("factor", request.upscale_factor);
    members.number("images", request.images, usual.images);
    if (request.magic) {
        members.text("magic", to_string(*request.magic));
    }
    members.picture("mask", request.mask);
    members.flag("may_drop", request.may_drop, usual.may_drop);
    members.word("model", request.model, usual.model);
    members.text("negative", request.negative_prompt);
    members.word("op", request.what, usual.what);
    members.text("palette", request.color_palette);
    members.pictures("pictures", request.pictures);
    members.text("preset", request.style_preset);
    members.text("prompt", request.prompt, usual_prompt);
    members.number("resemblance", request.resemblance);
    members.text("resolution", request.resolution);
    members.number("seed", request.seed);
    members.word("speed", request.speed, usual.speed);
    members.text("style", request.style_type);
    members.pictures("style_pictures", request.style_references);
    members.flag("transparent", request.transparent_background, usual.transparent_background);
    members.number("weight", request.image_weight);
}

json to_json(const render_request& request) {
    std::string text;
    append_request(text, request);
    return json::parse(text);
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
    fields.read("custom", request.custom_model);
    fields.read("copyright", request.copyright_detection);
    read_pictures(fields, "pictures", request.pictures);
    read_picture(fields, "mask", request.mask);
    read_pictures(fields, "style_pictures", request.style_references);
    read_pictures(fields, "character_pictures", request.character_references);
    read_pictures(fields, "character_masks", request.character_masks);
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
