#include "rules.hpp"

#include "documents.hpp"
#include "sizes.hpp"

#include "imagined/backend/value_rules.hpp"
#include "imagined/task/framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

failure wrong(std::string text) {
    return {failure_kind::invalid, std::move(text)};
}

// An upstream speaks English.
result<void> judged(const backend::complaint& about) {
    return about ? result<void>(wrong(about->en)) : result<void>();
}

bool repeats(const form_field& of) {
    return of.most > 1;
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

// The form that the body's model means; the path's only form where it has no model field.
result<const form*>
chosen(const std::vector<const form*>& forms, const std::vector<submitted_value>& values) {
    if (!forms.front()->has(field::model)) {
        return forms.front();
    }
    const auto given =
        std::find_if(values.begin(), values.end(), [](const auto& v) { return v.name == "model"; });
    const std::string_view usual = forms.front()->with == task::model::v3 ? "V_3" : "V_2";
    const std::string word = given == values.end() ? std::string(usual) : text_of(given->value);
    for (const form* one : forms) {
        if (task::to_string(one->with) == word) {
            return one;
        }
    }
    return wrong(fmt::format("model: {} is not available here", word));
}

class checker {
public:
    checker(
        const form& spoken,
        const std::vector<submitted_value>& values,
        std::size_t max_file_bytes,
        const switches& now
    )
        : form_(spoken), values_(values), max_file_bytes_(max_file_bytes), now_(now) {}

    result<accepted_call> check(const std::vector<const form*>& siblings) &&;

private:
    const form_field* named(const std::string& name) const { return form_.named(name); }

    bool given(field what) const { return seen_.contains(what); }

    std::string_view name_of(field what) const { return form_.find(what)->name; }

    result<void> check_one(const submitted_value& value);
    result<void> check_place(const submitted_value& value, const form_field& of) const;
    result<void> check_picture(const submitted_value& value, const form_field& of);
    result<void> check_required() const;
    result<void> check_combinations() const;
    result<void> check_mask() const;
    result<void>
    check_name(const std::string& name, const std::vector<const form*>& siblings) const;
    bool is_waived(const submitted_value& value, const form_field& of) const;
    accepted_call accepted() const;
    std::string last(field what) const;

    const form& form_;
    const std::vector<submitted_value>& values_;
    std::size_t max_file_bytes_;
    const switches& now_;
    std::map<field, std::vector<const submitted_value*>> seen_;
};

// Of a name that this form does not have; fine when such names are waived.
result<void>
checker::check_name(const std::string& name, const std::vector<const form*>& siblings) const {
    const bool elsewhere = std::any_of(siblings.begin(), siblings.end(), [&](const form* one) {
        return one->named(name) != nullptr;
    });
    if (now_.waives(elsewhere ? "model_fields" : "unknown_fields")) {
        return {};
    }
    return elsewhere ? wrong(fmt::format(
                           "{} is not available for model {}", name, task::to_string(form_.with)
                       ))
                     : wrong(fmt::format("unknown field {}", name));
}

// A value that only a waived rule refuses.
bool checker::is_waived(const submitted_value& value, const form_field& of) const {
    if (of.what == field::rendering_speed) {
        return now_.waives("flash") && value.value == "FLASH";
    }
    return of.what == field::color_palette && now_.waives("palette_name_with_members");
}

// Files lie beside image_request, everything else in it.
result<void> checker::check_place(const submitted_value& value, const form_field& of) const {
    const bool wrapped = form_.shape == envelope::json_image_request
                         || form_.shape == envelope::multipart_image_request;
    if (wrapped && value.inside == is_file(of.what)) {
        return wrong(fmt::format(
            "{} belongs {} image_request", value.name, value.inside ? "beside" : "inside"
        ));
    }
    return {};
}

result<void> checker::check_picture(const submitted_value& value, const form_field& of) {
    const bool as_text =
        form_.shape == envelope::json || form_.shape == envelope::json_image_request;
    if (as_text) {
        return judged(backend::check_picture_text(value.name, value.value, form_.pictures));
    }
    if (!value.is_file) {
        return wrong(fmt::format("{} must be a file", value.name));
    }
    if (value.bytes.size() > max_file_bytes_) {
        return wrong(fmt::format("{} is larger than {} bytes", value.name, max_file_bytes_));
    }
    if (picture_type(value.bytes).empty() || !size_of_picture(value.bytes)) {
        return wrong(fmt::format("{} is not a JPEG, PNG or WebP picture", value.name));
    }
    if (of.what == field::style_references || of.what == field::character_references) {
        std::size_t total = value.bytes.size();
        for (const auto* other : seen_[of.what]) {
            total += other->bytes.size();
        }
        if (total > max_file_bytes_) {
            return wrong(fmt::format("{} are larger than {} bytes", value.name, max_file_bytes_));
        }
    }
    return {};
}

result<void> checker::check_one(const submitted_value& value) {
    const form_field& of = *named(value.name);
    if (const auto placed = check_place(value, of); !placed) {
        return placed;
    }
    if (of.what == field::never_sent) {
        return {}; // documented, and of no consequence here
    }
    const auto& before = seen_[of.what];
    if (before.size() >= of.most) {
        return wrong(fmt::format(
            "{} may be given {}",
            value.name,
            repeats(of) ? fmt::format("{} times", of.most) : "once"
        ));
    }
    auto fine =
        is_file(of.what) ? check_picture(value, of) : judged(backend::check_value(value, of));
    if (!fine && !is_waived(value, of)) {
        return fine;
    }
    seen_[of.what].push_back(&value);
    return {};
}

result<void> checker::check_required() const {
    for (const auto& of : form_.fields) {
        if (of.required && !given(of.what)) {
            return wrong(fmt::format("{} is required", of.name));
        }
    }
    return {};
}

result<void> checker::check_combinations() const {
    const bool aspect = given(field::legacy_aspect) || given(field::v3_aspect);
    const bool exact = given(field::legacy_resolution) || given(field::v3_resolution);
    if (aspect && exact && !now_.waives("aspect_with_resolution")) {
        return wrong("aspect_ratio cannot be used together with resolution");
    }
    const bool coded = given(field::style_codes);
    if (coded && given(field::style_references) && !now_.waives("codes_with_references")) {
        return wrong("style_codes cannot be used together with style_reference_images");
    }
    if (coded && given(field::style_type) && !now_.waives("codes_with_style_type")) {
        return wrong("style_codes cannot be used together with style_type");
    }
    return {};
}

result<void> checker::check_mask() const {
    if (now_.waives("mask") || !given(field::mask) || !given(field::picture)
        || !seen_.at(field::mask)[0]->is_file) {
        return {};
    }
    return judged(backend::check_mask_picture(
        seen_.at(field::mask)[0]->bytes, seen_.at(field::picture)[0]->bytes
    ));
}

// In our spelling.
std::string checker::last(field what) const {
    return given(what) ? form_.find(what)->ours_for(text_of(seen_.at(what).back()->value))
                       : std::string();
}

accepted_call checker::accepted() const {
    accepted_call call;
    call.as = &form_;
    auto& request = call.request;
    request.what = form_.what;
    request.model = form_.with;
    request.prompt = last(field::prompt);
    request.images = given(field::num_images) ? std::stoi(last(field::num_images)) : 1;
    if (given(field::seed)) {
        request.seed = std::stoll(last(field::seed));
    }
    request.speed = task::parse_rendering_speed(last(field::rendering_speed))
                        .value_or(task::rendering_speed::standard);
    request.upscale_factor = last(field::upscale_factor);
    if (given(field::character_references)) {
        request.character_references.resize(1);
    }
    call.style_type = last(field::style_type);
    std::optional<pixel_size> input;
    if (given(field::picture)) {
        input = size_of_picture(seen_.at(field::picture)[0]->bytes);
    }
    const framing_words words{
        .legacy_aspect = last(field::legacy_aspect),
        .v3_aspect = last(field::v3_aspect),
        .legacy_resolution = last(field::legacy_resolution),
        .v3_resolution = last(field::v3_resolution)
    };
    call.size = size_of_answer(form_, words, input);
    call.fields = json::object();
    for (const auto& value : values_) {
        json shown = value.is_file ? json{{"bytes", value.bytes.size()}} : value.value;
        if (call.fields.contains(value.name)) {
            json& held = call.fields[value.name];
            if (!held.is_array()) {
                held = json::array({held});
            }
            held.push_back(std::move(shown));
        } else {
            call.fields[value.name] = std::move(shown);
        }
    }
    return call;
}

result<accepted_call> checker::check(const std::vector<const form*>& siblings) && {
    for (const auto& value : values_) {
        if (named(value.name) == nullptr) {
            if (const auto waived = check_name(value.name, siblings); !waived) {
                return waived.error();
            }
            continue;
        }
        if (const auto fine = check_one(value); !fine) {
            return fine.error();
        }
    }
    for (const auto& fine : {check_required(), check_combinations(), check_mask()}) {
        if (!fine) {
            return fine.error();
        }
    }
    return accepted();
}

} // namespace

result<accepted_call> accept(
    const std::vector<const form*>& forms,
    const std::vector<submitted_value>& values,
    std::size_t max_file_bytes,
    const switches& now
) {
    const auto spoken = chosen(forms, values);
    if (!spoken) {
        return spoken.error();
    }
    return checker(**spoken, values, max_file_bytes, now).check(forms);
}

} // namespace imagined::sandbox
