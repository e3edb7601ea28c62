#include "imagined/backend/native_request.hpp"

#include "imagined/backend/complaint.hpp"
#include "imagined/backend/form_dialect.hpp"
#include "imagined/backend/value_rules.hpp"
#include "native_values.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/task/framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::operation;

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

    native_reading read() &&;

private:
    const form_dialect& official() const { return *find_form_dialect("official"); }

    complaint choose_form();
    complaint choose_model();
    std::string models_with(std::string_view name) const;
    std::string models_here() const;
    void adopt_relay_words();
    task::bilingual unknown(const submitted_value& value) const;
    complaint take(const submitted_value& value);
    complaint take_pictures(const submitted_value& value, const form_field& of);
    complaint check_place(const submitted_value& value, const form_field& of) const;
    complaint check_whole() const;
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

// The models that this operation has in this family of fields.
std::string native_reader::models_here() const {
    std::vector<std::string_view> names;
    for (const task::model one : task::all_models) {
        const form* of = official().form_of(asked_.what, one);
        const bool newest = one == task::model::v3;
        const bool fits = asked_.which == generation::as_told
                          || newest == (asked_.which == generation::version_3);
        if (of != nullptr && (of->any_model || fits)) {
            names.push_back(task::to_string(one));
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

// The models whose form of this operation has a field of that name.
std::string native_reader::models_with(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const form& one : official().forms()) {
        if (one.what == asked_.what && one.named(name) != nullptr) {
            names.push_back(task::to_string(one.with));
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

// The family of fields, then the model, then the form that both mean.
complaint native_reader::choose_model() {
    std::vector<std::string> told;
    for (const auto& one : values_.all) {
        if (one.name == "model") {
            told.push_back(text_of(one.value));
        }
    }
    std::erase_if(values_.all, [](const submitted_value& one) { return one.name == "model"; });
    if (std::adjacent_find(told.begin(), told.end(), std::not_equal_to<>()) != told.end()) {
        return task::bilingual{"model 给出了两次", "model is given twice"};
    }
    const auto named = told.empty() ? std::nullopt : task::parse_model(told.front());
    const bool old_model = named && *named != task::model::v3;
    older_ = asked_.which == generation::older
             || (asked_.which == generation::as_told && (values_.wrapped || old_model));
    model_ = older_ ? named.value_or(task::model::v2) : task::model::v3;
    form_ = official().form_of(asked_.what, model_);
    const bool in_family =
        form_ != nullptr && (!older_ || model_ != task::model::v3 || form_->any_model);
    if (!told.empty() && (!named || *named != model_ || !in_family)) {
        return said_of(
            "model: \"{}\" 不可用于 {}，可选值: {}",
            "model: \"{}\" is not allowed for {}; expected one of {}",
            told.front(),
            task::to_string(asked_.what),
            models_here()
        );
    }
    if (!in_family) {
        return said_of(
            "{} 没有旧版接口，可选 model: {}",
            "{} has no older form; expected model to be one of {}",
            task::to_string(asked_.what),
            models_here()
        );
    }
    const auto* of = form_->find(field::model);
    if (of != nullptr && of->required && !named) {
        return said_of(
            "model 不能为空，可选值: {}", "model is required; expected one of {}", models_here()
        );
    }
    return {};
}

complaint native_reader::choose_form() {
    if (auto wrong = choose_model()) {
        return wrong;
    }
    if (form_->any_model) {
        model_ = task::model::v3;
    }
    const bool wants_wrapper = form_->shape == envelope::json_image_request
                               || form_->shape == envelope::multipart_image_request;
    if (asked_.which == generation::older && wants_wrapper && !values_.wrapped) {
        return task::bilingual{"image_request 不能为空", "image_request is required"};
    }
    if (values_.wrapped && !wants_wrapper) {
        return task::bilingual{"未知字段 image_request", "unknown field image_request"};
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

task::bilingual native_reader::unknown(const submitted_value& value) const {
    const std::string elsewhere = models_with(value.name);
    if (elsewhere.empty()) {
        return said_of("未知字段 {}", "unknown field {}", value.name);
    }
    return said_of(
        "{} 不可用于 model {}，可用于: {}",
        "{} is not available for model {}; it is for {}",
        value.name,
        task::to_string(model_),
        elsewhere
    );
}

// In the wrapped shapes pictures lie beside image_request, everything else in it.
complaint native_reader::check_place(const submitted_value& value, const form_field& of) const {
    if (!values_.wrapped || value.inside != is_file(of.what)) {
        return {};
    }
    return value.inside
               ? said_of(
                     "{} 应放在 image_request 之外", "{} belongs beside image_request", value.name
                 )
               : said_of(
                     "{} 应放在 image_request 之内", "{} belongs inside image_request", value.name
                 );
}

complaint native_reader::take_pictures(const submitted_value& value, const form_field& of) {
    const auto no_texts = [&value] {
        return said_of(
            "{} 必须是字符串或字符串数组", "{} must be a string or an array of strings", value.name
        );
    };
    std::vector<std::string> texts;
    if (value.value.is_array()) {
        for (const auto& one : value.value) {
            if (!one.is_string()) {
                return no_texts();
            }
            texts.push_back(one.get<std::string>());
        }
    } else if (value.value.is_string()) {
        texts.push_back(value.value.get<std::string>());
    } else if (!value.is_file) {
        return no_texts();
    }
    using role = native_picture::role;
    const role as = of.what == field::mask                   ? role::mask
                    : of.what == field::style_references     ? role::style
                    : of.what == field::character_references ? role::character
                    : of.what == field::character_masks      ? role::character_mask
                                                             : role::input;
    if (value.is_file) {
        if (value.bytes.size() > max_native_picture_bytes) {
            return said_of("{} 超过 10 MB", "{} is larger than 10 MB", value.name);
        }
        made_.pictures.push_back({as, value.name, value.bytes, {}});
    }
    for (auto& text : texts) {
        if (text.empty()) {
            return said_of("{} 不能为空", "{} must not be empty", value.name);
        }
        made_.pictures.push_back({as, value.name, {}, std::move(text)});
    }
    std::size_t& count = counts_[of.what];
    count += value.is_file ? 1 : texts.size();
    if (count > of.most) {
        return said_of("{} 最多 {} 项", "{} may hold {} at most", value.name, of.most);
    }
    return {};
}

complaint native_reader::take(const submitted_value& value) {
    const form_field* of = form_->named(value.name);
    if (of == nullptr) {
        return unknown(value);
    }
    if (auto misplaced = check_place(value, *of)) {
        return misplaced;
    }
    if (of->what == field::never_sent) {
        // Ideogram's own pictures by address are pictures like any other to us.
        if (value.name == "image_urls") {
            return take_pictures(value, *form_->find(field::picture));
        }
        return said_of(
            "{}: 没有已配置的后端支持", "{}: no configured backend can express it", value.name
        );
    }
    if (is_file(of->what)) {
        return take_pictures(value, *of);
    }
    if (auto wrong = check_value(value, *of)) {
        return wrong;
    }
    auto& told = texts_[of->what];
    if (value.value.is_array()) {
        for (const auto& one : value.value) {
            told.push_back(text_of(one));
        }
    } else {
        told.push_back(text_of(value.value));
    }
    if (told.size() <= of->most) {
        return {};
    }
    return of->most == 1 ? said_of("{} 只能给出一次", "{} may be given once", value.name)
                         : said_of("{} 最多 {} 项", "{} may hold {} at most", value.name, of->most);
}

complaint native_reader::check_whole() const {
    for (const auto& of : form_->fields) {
        if (of.required && of.what != field::model && !given(of.what)) {
            return said_of("{} 不能为空", "{} is required", of.name);
        }
    }
    const auto excluded = [](std::string_view one, std::string_view other) {
        return said_of("{} 不能与 {} 同时使用", "{} cannot be used together with {}", one, other);
    };
    const bool aspect = given(field::legacy_aspect) || given(field::v3_aspect);
    const bool exact = given(field::legacy_resolution) || given(field::v3_resolution);
    if (aspect && exact) {
        return excluded("aspect_ratio", "resolution");
    }
    for (const field other : {field::style_references, field::style_type}) {
        if (given(field::style_codes) && given(other)) {
            return excluded("style_codes", form_->find(other)->name);
        }
    }
    if (given(field::character_masks) && !given(field::character_references)) {
        return said_of(
            "{} 只能与 {} 同时使用",
            "{} must come together with {}",
            form_->find(field::character_masks)->name,
            form_->find(field::character_references)->name
        );
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
    request.custom_model = last(field::custom_model);
    request.copyright_detection = last(field::copyright_detection) == "true";
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

native_reading native_reader::read() && {
    const auto invalid = [](task::bilingual why) {
        return native_refusal{native_refusal::kind::invalid, std::move(why)};
    };
    if (asked_.with_task_fields) {
        auto hook = values_.take_text("notifyHook");
        auto state = values_.take_text("state");
        if (!hook || !state) {
            return hook ? state.error() : hook.error();
        }
        made_.notify_hook = std::move(*hook);
        made_.state = std::move(*state);
    }
    if (auto wrong = choose_form()) {
        return invalid(std::move(*wrong));
    }
    adopt_relay_words();
    for (const auto& value : values_.all) {
        if (auto wrong = take(value)) {
            return invalid(std::move(*wrong));
        }
    }
    if (auto wrong = check_whole()) {
        return invalid(std::move(*wrong));
    }
    fill_request();
    fill_digest();
    return std::move(made_);
}

} // namespace

void throw_exception_from_error(const native_refusal& refusal, const boost::source_location&) {
    throw std::runtime_error(refusal.why.en);
}

native_reading
read_native(const native_question& asked, std::string_view content_type, std::string_view body) {
    auto values = take_native_apart(content_type, body);
    if (!values) {
        return values.error();
    }
    return native_reader(asked, std::move(*values)).read();
}

complaint check_native_mask(std::string_view mask, std::string_view picture) {
    return check_mask_picture(mask, picture);
}

} // namespace imagined::backend
