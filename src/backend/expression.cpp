#include "expression.hpp"

#include "imagined/task/framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace imagined::backend {

namespace {

using task::render_request;

enum class interest { all, losses };

// Says one request in one form. Each say_* member either adds a value or reports what is lost.
class speaker {
public:
    speaker(const form& spoken, const render_request& request, const call_plan& call, interest in)
        : form_(spoken), request_(request), call_(call), interest_(in) {}

    expression speak() &&;

private:
    template <class Value>
    void say(field what, Value&& value);
    void lose(std::string_view midjourney, std::string_view native);
    template <class Value>
    bool say_or_lose(field what, Value&& value, std::string_view mj, std::string_view own);
    void say_word(field what, const std::string& word, std::string_view name);
    void say_number(field what, const std::optional<int>& number, std::string_view name);
    void say_texts();
    void say_framing();
    void say_ratio(const task::ratio& wanted, bool report);
    void say_speed();
    void say_magic();
    void say_style();
    void say_palette();
    void say_counts();
    void say_files(field what, const std::vector<task::picture_ref>& files, std::string_view name);
    void say_pictures();

    // True where the request's frame decides the picture; elsewhere the input picture does, and a
    // frame that came along with a Midjourney prompt loses nothing.
    bool frames() const;

    const form& form_;
    const render_request& request_;
    const call_plan& call_;
    interest interest_;
    expression out_;
};

// The value becomes JSON only where somebody wants it: each submit asks for losses alone.
template <class Value>
void speaker::say(field what, Value&& value) {
    if (interest_ == interest::all) {
        const form_field* at = form_.find(what);
        nlohmann::json said = std::forward<Value>(value);
        out_.values.push_back({.of = at, .value = at->spelled(std::move(said)), .pictures = {}});
    }
}

void speaker::lose(std::string_view midjourney, std::string_view native) {
    out_.left_out.emplace_back(request_.may_drop ? midjourney : native);
}

template <class Value>
bool speaker::say_or_lose(field what, Value&& value, std::string_view mj, std::string_view own) {
    if (!form_.has(what)) {
        lose(mj, own);
        return false;
    }
    say(what, std::forward<Value>(value));
    return true;
}

// A field with a closed set of words: the request's word, else the form's own fallback.
void speaker::say_word(field what, const std::string& word, std::string_view name) {
    const form_field* at = form_.find(what);
    if (!word.empty() && (at == nullptr || !contains(at->allowed, word))) {
        out_.left_out.push_back(fmt::format("{} {}", name, word));
    } else if (!word.empty()) {
        say(what, word);
        return;
    }
    if (at != nullptr && !at->fallback.empty()) {
        say(what, at->fallback);
    }
}

void speaker::say_number(field what, const std::optional<int>& number, std::string_view name) {
    if (!number) {
        return;
    }
    const auto range = range_of(what);
    say_or_lose(
        what,
        std::clamp<std::int64_t>(*number, range.least, range.most),
        what == field::image_weight ? "--iw" : name,
        name
    );
}

bool speaker::frames() const {
    switch (request_.what) {
    case task::operation::generate:
    case task::operation::remix:
    case task::operation::reframe:
    case task::operation::generate_transparent:
    case task::operation::instruct_edit:
        return true;
    default:
        return false;
    }
}

void speaker::say_texts() {
    if (form_.has(field::prompt)) {
        if (!request_.prompt.empty()) {
            say(field::prompt, request_.prompt);
        }
    } else if (!request_.prompt.empty() && !request_.may_drop) {
        // A Midjourney button carries the prompt of its task along; only who wrote the field for
        // this operation loses something.
        lose("prompt", "prompt");
    }
    if (!request_.negative_prompt.empty()) {
        say_or_lose(field::negative_prompt, request_.negative_prompt, "--no", "negative_prompt");
    }
}

void speaker::say_ratio(const task::ratio& wanted, bool report) {
    const bool v3 = form_.has(field::v3_aspect) || form_.has(field::v3_resolution);
    const field aspect = v3 ? field::v3_aspect : field::legacy_aspect;
    const field exact = v3 ? field::v3_resolution : field::legacy_resolution;
    const form_field* ratios = form_.find(aspect);
    const form_field* sizes = form_.find(exact);
    const task::name_list of_ratios = ratios == nullptr ? task::name_list() : ratios->allowed;
    const task::name_list of_sizes = sizes == nullptr ? task::name_list() : sizes->allowed;
    const std::string resolution = v3 ? task::exact_v3_resolution(wanted, of_sizes)
                                      : task::exact_legacy_resolution(wanted, of_sizes);
    double error = v3 ? task::v3_aspect_error(wanted, of_ratios)
                      : task::legacy_aspect_error(wanted, of_ratios);
    const bool use_exact =
        form_.has(exact) && (!form_.has(aspect) || error > task::max_aspect_error);
    if (use_exact) {
        say(exact, resolution);
        std::string size = resolution;
        if (size.starts_with("RESOLUTION_")) {
            size = size.substr(std::string_view("RESOLUTION_").size());
            std::replace(size.begin(), size.end(), '_', 'x');
        }
        const auto got = task::parse_ratio(size);
        error = got ? std::exp(std::abs(
                          std::log((got->width / got->height) / (wanted.width / wanted.height))
                      )) - 1
                    : error;
    } else if (form_.has(aspect)) {
        say(aspect,
            v3 ? task::nearest_v3_aspect(wanted, of_ratios)
               : task::nearest_legacy_aspect(wanted, of_ratios));
    }
    if (report && error > task::max_aspect_error) {
        const std::string shown = fmt::format("{:g}:{:g}", wanted.width, wanted.height);
        lose("--ar " + shown, "aspect_ratio " + shown);
    }
}

void speaker::say_framing() {
    const bool v3 = form_.has(field::v3_resolution);
    const bool legacy = form_.has(field::legacy_resolution);
    const bool can_frame =
        v3 || legacy || form_.has(field::v3_aspect) || form_.has(field::legacy_aspect);
    if (!request_.resolution.empty()) {
        const auto takes = [this](field exact, const std::string& size) {
            const auto& allowed = form_.find(exact)->allowed;
            return allowed.empty() || contains(allowed, size);
        };
        if (v3 && task::is_v3_resolution(request_.resolution)
            && takes(field::v3_resolution, request_.resolution)) {
            say(field::v3_resolution, request_.resolution);
            return;
        }
        if (legacy && task::is_legacy_resolution(request_.resolution)) {
            std::string spelled = "RESOLUTION_" + request_.resolution;
            std::replace(spelled.begin(), spelled.end(), 'x', '_');
            if (takes(field::legacy_resolution, spelled)) {
                say(field::legacy_resolution, spelled);
                return;
            }
        }
        if (frames() || !request_.may_drop) {
            out_.left_out.push_back("resolution " + request_.resolution);
        }
        const auto wanted = task::parse_ratio(request_.resolution);
        if (wanted && can_frame) {
            say_ratio(*wanted, false);
        }
    } else if (request_.aspect && can_frame) {
        say_ratio(*request_.aspect, true);
    } else if (request_.aspect && (frames() || !request_.may_drop)) {
        lose("--ar", "aspect_ratio");
    }
    // Reframe demands a size even if nobody named one.
    for (const field exact : {field::v3_resolution, field::legacy_resolution}) {
        const form_field* at = form_.find(exact);
        const bool framed = !request_.resolution.empty() || request_.aspect.has_value();
        if (at != nullptr && at->required && !framed) {
            say_ratio(task::ratio{}, false);
        }
    }
}

void speaker::say_speed() {
    if (request_.model != task::model::v3) {
        return; // older models have a turbo model instead
    }
    const std::string word(task::to_string(request_.speed));
    const form_field* at = form_.find(field::rendering_speed);
    if (at == nullptr) {
        if (request_.speed != task::rendering_speed::standard && !form_.any_model) {
            out_.left_out.push_back("rendering_speed " + word);
        }
        return;
    }
    if (contains(at->allowed, word)) {
        say(field::rendering_speed, word);
        return;
    }
    if (request_.speed == task::rendering_speed::standard) {
        return; // what an upstream does unless it is told otherwise
    }
    out_.left_out.push_back("rendering_speed " + word);
    // TURBO is FLASH's neighbour at the same price; leaving the field out would mean DEFAULT at
    // twice the price.
    const bool fast = request_.speed == task::rendering_speed::flash;
    for (const char* neighbour : {"TURBO", "DEFAULT"}) {
        if (contains(at->allowed, neighbour)
            && (fast || neighbour == std::string_view("DEFAULT"))) {
            say(field::rendering_speed, neighbour);
            return;
        }
    }
}

// A prompt that is not read at all (reframe) loses nothing with its magic prompt, and AUTO is what
// happens anyway; only a native request is told.
void speaker::say_magic() {
    const auto wish = request_.magic.value_or(task::magic_prompt::automatic);
    const bool automatic = wish == task::magic_prompt::automatic;
    if (const form_field* at = form_.find(field::magic_prompt)) {
        const bool takes = contains(at->allowed, task::to_string(wish));
        if (!takes && !automatic) {
            out_.left_out.push_back(fmt::format("magic_prompt {}", task::to_string(wish)));
        }
        if (takes || contains(at->allowed, "AUTO")) {
            say(field::magic_prompt, takes ? task::to_string(wish) : "AUTO");
        }
    } else if (request_.magic && !request_.may_drop) {
        lose("magic_prompt", "magic_prompt");
    } else if (!automatic && form_.has(field::prompt)) {
        out_.left_out.push_back(fmt::format("magic_prompt {}", task::to_string(wish)));
    }
}

void speaker::say_style() {
    const bool coded = !request_.style_codes.empty() && form_.has(field::style_codes);
    if (!request_.style_codes.empty()) {
        say_or_lose(field::style_codes, request_.style_codes, "style_codes", "style_codes");
    }
    if (coded) {
        // Style codes exclude style_type and style references (ideogram-api.md §4).
        if (!request_.style_type.empty()) {
            out_.left_out.push_back("style_type " + request_.style_type);
        }
    } else if (request_.custom_model.empty() || !request_.style_type.empty()) {
        say_word(field::style_type, request_.style_type, "style_type");
    } // else the model has a style of its own, which no fallback is to overrule
    say_word(field::style_preset, request_.style_preset, "style_preset");
    if (coded && !request_.style_references.empty()) {
        lose("--sref", "style_reference_images");
    } else {
        say_files(field::style_references, request_.style_references, "style_reference_images");
    }
}

void speaker::say_palette() {
    if (request_.color_palette.empty()) {
        return;
    }
    auto palette = nlohmann::json::parse(request_.color_palette, nullptr, false);
    if (!palette.is_object()) {
        out_.left_out.emplace_back("color_palette");
        return;
    }
    say_or_lose(field::color_palette, std::move(palette), "color_palette", "color_palette");
}

void speaker::say_counts() {
    if (form_.has(field::num_images)) {
        say(field::num_images, std::clamp(call_.count, 1, max_images_per_call));
    }
    const auto seed = call_.seed ? call_.seed : request_.seed;
    if (seed) {
        say_or_lose(field::seed, *seed & (seed_modulus - 1), "--seed", "seed");
    }
}

void speaker::say_files(
    field what, const std::vector<task::picture_ref>& files, std::string_view name
) {
    if (files.empty()) {
        return;
    }
    const std::string_view flag = what == field::style_references       ? "--sref"
                                  : what == field::character_references ? "--cref"
                                                                        : name;
    const form_field* at = form_.find(what);
    if (at == nullptr) {
        lose(flag, name);
        return;
    }
    const std::size_t count = std::min(files.size(), at->most);
    if (count < files.size()) {
        // The field's has no word of a language: it stands in sentences of both.
        lose(fmt::format("{} beyond {}", flag, count), fmt::format("{} > {}", name, count));
    }
    if (interest_ == interest::losses) {
        return;
    }
    field_value value{.of = at, .value = {}, .pictures = {}};
    value.pictures.assign(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(count));
    out_.values.push_back(std::move(value));
}

void speaker::say_pictures() {
    say_files(field::picture, request_.pictures, "image");
    if (request_.mask) {
        say_files(field::mask, {*request_.mask}, "mask");
    }
    say_files(
        field::character_references, request_.character_references, "character_reference_images"
    );
    say_files(field::character_masks, request_.character_masks, "character_reference_images_mask");
}

expression speaker::speak() && {
    say_texts();
    if (form_.has(field::model)) {
        say(field::model, task::to_string(request_.model));
    }
    say_framing();
    say_speed();
    say_magic();
    say_style();
    say_palette();
    say_number(field::image_weight, request_.image_weight, "image_weight");
    say_number(field::resemblance, request_.resemblance, "resemblance");
    say_number(field::detail, request_.detail, "detail");
    say_word(field::upscale_factor, request_.upscale_factor, "upscale_factor");
    say_word(field::describe_model, request_.describe_model, "describe_model_version");
    if (request_.transparent_background) {
        say_or_lose(
            field::transparent_background, true, "transparent_background", "transparent_background"
        );
    }
    if (!request_.custom_model.empty()) {
        say_or_lose(
            field::custom_model, request_.custom_model, "custom_model_uri", "custom_model_uri"
        );
    }
    if (request_.copyright_detection) {
        say_or_lose(
            field::copyright_detection,
            true,
            "enable_copyright_detection",
            "enable_copyright_detection"
        );
    }
    say_counts();
    say_pictures();
    return std::move(out_);
}

} // namespace

expression express(const form& spoken, const task::render_request& request, const call_plan& call) {
    return speaker(spoken, request, call, interest::all).speak();
}

std::vector<std::string> losses(const form& spoken, const task::render_request& request) {
    return speaker(spoken, request, call_plan{}, interest::losses).speak().left_out;
}

} // namespace imagined::backend
