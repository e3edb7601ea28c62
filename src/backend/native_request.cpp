#include "imagined/backend/native_request.hpp"

#include "form_dialect.hpp"
#include "native_values.hpp"
#include "value_rules.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/task/framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::operation;

failure wrong(std::string text) {
    return {failure_kind::invalid, std::move(text)};
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Words that relays document for a field that Ideogram spells otherwise (crazyrouter's V3 page).
struct relay_name {
    std::string_view theirs;
    std::string_view ours;
};

constexpr std::array relay_names{relay_name{"magic_prompt_option", "magic_prompt"}};

// Fields that a relay's page lists for an operation which has none of the kind at Ideogram: taken
// from its clients, and of no consequence (ideogram-api.md §12, 3 and 5).
struct idle_field {
    operation what;
    std::string_view name;
};

constexpr std::array idle_fields{
    idle_field{operation::edit, "aspect_ratio"},
    idle_field{operation::edit, "negative_prompt"},
    idle_field{operation::replace_background, "style_type"}
};

// What a documentation tool puts where a sample has no value; mjdjourney's has it in `resolution`.
constexpr std::string_view placeholder = "string";

class native_reader {
public:
    native_reader(const native_question& asked, native_values values)
        : asked_(asked), values_(std::move(values)) {}

    result<native_request> read() &&;

private:
    const form_dialect& official() const { return *find_form_dialect("official"); }

    result<void> choose_form();
    void adopt_relay_words();
    failure unknown(const submitted_value& value) const;
    result<void> take(const submitted_value& value);
    result<void> take_pictures(const submitted_value& value, const form_field& of);
    result<void> check_place(const submitted_value& value, const form_field& of) const;
    result<void> check_whole() const;
    void fill_request();
    void fill_frame();
    void fill_digest();

    bool given(field what) const { return texts_.contains(what) || counts_.contains(what); }

    std::string last(field what) const {
        const auto found = texts_.find(what);
        return found == texts_.end() ? std::string() : found->second.back();
    }

    native_question asked_;
    native_values values_;
    bool older_ = false;
    task::model model_ = task::model::v3;
    const form* form_ = nullptr;
    std::map<field, std::vector<std::string>> texts_;
    std::map<field, std::size_t> counts_; // of pictures
    native_request made_;
};

// The family of fields, then the model, then the form that both mean.
result<void> native_reader::choose_form() {
    std::vector<std::string> told;
    for (const auto& one : values_.all) {
        if (one.name == "model") {
            told.push_back(text_of(one.value));
        }
    }
    std::erase_if(values_.all, [](const submitted_value& one) { return one.name == "model"; });
    if (std::adjacent_find(told.begin(), told.end(), std::not_equal_to<>()) != told.end()) {
        return wrong("model is given twice");
    }
    const auto named = told.empty() ? std::nullopt : task::parse_model(told.front());
    if (!told.empty() && !named) {
        return wrong(fmt::format("model: \"{}\" is not allowed", told.front()));
    }
    const bool old_model = named && *named != task::model::v3;
    older_ = asked_.which == generation::older
             || (asked_.which == generation::as_told && (values_.wrapped || old_model));
    model_ = older_ ? named.value_or(task::model::v2) : task::model::v3;
    if (named && *named != model_) {
        return wrong(fmt::format("model: {} is not available here", told.front()));
    }
    form_ = official().form_of(asked_.what, model_);
    if (form_ == nullptr || (older_ && model_ == task::model::v3 && !form_->any_model)) {
        return wrong(fmt::format(
            "model: {} is not available for {}",
            task::to_string(model_),
            task::to_string(asked_.what)
        ));
    }
    if (form_->any_model) {
        model_ = task::model::v3;
    }
    if (const auto* of = form_->find(field::model); of != nullptr && of->required && !named) {
        return wrong("model is required");
    }
    const bool wants_wrapper = form_->shape == envelope::json_image_request
                               || form_->shape == envelope::multipart_image_request;
    if (asked_.which == generation::older && wants_wrapper && !values_.wrapped) {
        return wrong("image_request is required");
    }
    if (values_.wrapped && !wants_wrapper) {
        return wrong(fmt::format("unknown field image_request"));
    }
    return {};
}

void native_reader::adopt_relay_words() {
    if (asked_.by != strictness::relays) {
        return;
    }
    std::erase_if(values_.all, [this](const submitted_value& one) {
        const bool idle = std::any_of(idle_fields.begin(), idle_fields.end(), [&](const auto& f) {
            return !older_ && f.what == asked_.what && f.name == one.name;
        });
        const auto* of = form_->named(one.name);
        const bool closed = of != nullptr
                            && (!of->allowed.empty() || of->what == field::legacy_resolution
                                || of->what == field::v3_resolution);
        return idle || (closed && one.value == placeholder);
    });
    for (auto& one : values_.all) {
        for (const auto& [theirs, ours] : relay_names) {
            if (one.name == theirs && form_->named(theirs) == nullptr) {
                one.name = ours;
            }
        }
        // V3 with the older spelling of a ratio.
        constexpr std::string_view prefix = "ASPECT_";
        const auto* of = form_->named(one.name);
        if (of != nullptr && of->what == field::v3_aspect && one.value.is_string()
            && contains(words::legacy_aspects, one.value.get_ref<const std::string&>())) {
            std::string ratio = one.value.get<std::string>().substr(prefix.size());
            std::replace(ratio.begin(), ratio.end(), '_', 'x');
            one.value = ratio;
        }
    }
}

failure native_reader::unknown(const submitted_value& value) const {
    const auto& forms = official().forms();
    const bool elsewhere = std::any_of(forms.begin(), forms.end(), [&](const form& one) {
        return one.what == asked_.what && one.named(value.name) != nullptr;
    });
    if (elsewhere) {
        return wrong(
            fmt::format("{} is not available for model {}", value.name, task::to_string(model_))
        );
    }
    return wrong(fmt::format("unknown field {}", value.name));
}

// In the wrapped shapes pictures lie beside image_request, everything else in it.
result<void> native_reader::check_place(const submitted_value& value, const form_field& of) const {
    if (values_.wrapped && value.inside == is_file(of.what)) {
        return wrong(fmt::format(
            "{} belongs {} image_request", value.name, value.inside ? "beside" : "inside"
        ));
    }
    return {};
}

result<void> native_reader::take_pictures(const submitted_value& value, const form_field& of) {
    std::vector<std::string> texts;
    if (value.value.is_array()) {
        for (const auto& one : value.value) {
            if (!one.is_string()) {
                return wrong(fmt::format("{} must be a string or an array of strings", value.name));
            }
            texts.push_back(one.get<std::string>());
        }
    } else if (value.value.is_string()) {
        texts.push_back(value.value.get<std::string>());
    } else if (!value.is_file) {
        return wrong(fmt::format("{} must be a string or an array of strings", value.name));
    }
    using role = native_picture::role;
    const role as = of.what == field::mask                   ? role::mask
                    : of.what == field::style_references     ? role::style
                    : of.what == field::character_references ? role::character
                                                             : role::input;
    if (value.is_file) {
        if (value.bytes.size() > max_native_picture_bytes) {
            return wrong(fmt::format("{} is larger than 10 MB", value.name));
        }
        made_.pictures.push_back({as, value.name, value.bytes, {}});
    }
    for (auto& text : texts) {
        if (text.empty()) {
            return wrong(fmt::format("{} must not be empty", value.name));
        }
        made_.pictures.push_back({as, value.name, {}, std::move(text)});
    }
    std::size_t& count = counts_[of.what];
    count += value.is_file ? 1 : texts.size();
    if (count > of.most) {
        return wrong(fmt::format("{} may hold {} at most", value.name, of.most));
    }
    return {};
}

result<void> native_reader::take(const submitted_value& value) {
    const form_field* of = form_->named(value.name);
    if (of == nullptr) {
        return unknown(value);
    }
    if (auto placed = check_place(value, *of); !placed) {
        return placed;
    }
    if (of->what == field::never_sent) {
        // Ideogram's own pictures by address are pictures like any other to us.
        if (value.name == "image_urls") {
            return take_pictures(value, *form_->find(field::picture));
        }
        return wrong(fmt::format("{}: no configured backend can express it", value.name));
    }
    if (is_file(of->what)) {
        return take_pictures(value, *of);
    }
    if (const auto fine = check_value(value, *of); !fine) {
        return fine;
    }
    auto& told = texts_[of->what];
    if (value.value.is_array()) {
        for (const auto& one : value.value) {
            told.push_back(text_of(one));
        }
    } else {
        told.push_back(text_of(value.value));
    }
    if (told.size() > of->most) {
        return wrong(
            of->most == 1 ? fmt::format("{} may be given once", value.name)
                          : fmt::format("{} may hold {} at most", value.name, of->most)
        );
    }
    return {};
}

result<void> native_reader::check_whole() const {
    for (const auto& of : form_->fields) {
        if (of.required && of.what != field::model && !given(of.what)) {
            return wrong(fmt::format("{} is required", of.name));
        }
    }
    const bool aspect = given(field::legacy_aspect) || given(field::v3_aspect);
    const bool exact = given(field::legacy_resolution) || given(field::v3_resolution);
    if (aspect && exact) {
        return wrong("aspect_ratio cannot be used together with resolution");
    }
    for (const field other : {field::style_references, field::style_type}) {
        if (given(field::style_codes) && given(other)) {
            return wrong(
                fmt::format("style_codes cannot be used together with {}", form_->find(other)->name)
            );
        }
    }
    return {};
}

void native_reader::fill_frame() {
    auto& request = made_.request;
    if (const std::string legacy = last(field::legacy_aspect); !legacy.empty()) {
        std::string ratio = legacy.substr(std::string_view("ASPECT_").size());
        std::replace(ratio.begin(), ratio.end(), '_', ':');
        request.aspect = task::parse_ratio(ratio);
    } else if (const std::string v3 = last(field::v3_aspect); !v3.empty()) {
        request.aspect = task::parse_ratio(v3);
    }
    request.resolution = last(field::v3_resolution);
    if (const std::string legacy = last(field::legacy_resolution); !legacy.empty()) {
        request.resolution = legacy.substr(std::string_view("RESOLUTION_").size());
        std::replace(request.resolution.begin(), request.resolution.end(), '_', 'x');
    }
}

void native_reader::fill_request() {
    auto& request = made_.request;
    const auto number = [this](field what) -> std::optional<int> {
        return given(what) ? std::optional(std::stoi(last(what))) : std::nullopt;
    };
    request.what = asked_.what;
    request.model = model_;
    request.may_drop = false;
    request.prompt = last(field::prompt);
    request.negative_prompt = last(field::negative_prompt);
    request.images = number(field::num_images).value_or(1);
    if (given(field::seed)) {
        request.seed = std::stoll(last(field::seed));
    }
    request.speed = task::parse_rendering_speed(last(field::rendering_speed))
                        .value_or(task::rendering_speed::standard);
    request.magic = task::parse_magic_prompt(last(field::magic_prompt));
    request.style_type = last(field::style_type);
    request.style_preset = last(field::style_preset);
    request.image_weight = number(field::image_weight);
    request.resemblance = number(field::resemblance);
    request.detail = number(field::detail);
    if (given(field::style_codes)) {
        request.style_codes = texts_.at(field::style_codes);
    }
    request.color_palette = last(field::color_palette);
    request.upscale_factor = last(field::upscale_factor);
    request.describe_model = last(field::describe_model);
    request.transparent_background = last(field::transparent_background) == "true";
    fill_frame();
}

void native_reader::fill_digest() {
    std::string meaning =
        task::to_json(made_.request).dump(-1, ' ', false, json::error_handler_t::replace);
    for (const auto& one : made_.pictures) {
        meaning += fmt::format("\n{} {} {}", one.field, one.text, sha256_hex(one.bytes));
    }
    meaning += fmt::format("\n{}\n{}", made_.notify_hook, made_.state);
    made_.digest = sha256_hex(meaning);
}

result<native_request> native_reader::read() && {
    if (asked_.with_task_fields) {
        auto hook = values_.take_text("notifyHook");
        auto state = values_.take_text("state");
        if (!hook || !state) {
            return hook ? state.error() : hook.error();
        }
        made_.notify_hook = std::move(*hook);
        made_.state = std::move(*state);
    }
    if (auto chosen = choose_form(); !chosen) {
        return chosen.error();
    }
    adopt_relay_words();
    for (const auto& value : values_.all) {
        if (auto taken = take(value); !taken) {
            return taken.error();
        }
    }
    if (auto fine = check_whole(); !fine) {
        return fine.error();
    }
    fill_request();
    fill_digest();
    return std::move(made_);
}

} // namespace

result<native_request>
read_native(const native_question& asked, std::string_view content_type, std::string_view body) {
    auto values = take_native_apart(content_type, body);
    if (!values) {
        return values.error();
    }
    return native_reader(asked, std::move(*values)).read();
}

result<void> check_native_mask(std::string_view mask, std::string_view picture) {
    return check_mask_picture(mask, picture);
}

} // namespace imagined::backend
