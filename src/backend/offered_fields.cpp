#include "imagined/backend/offered_fields.hpp"

#include "imagined/backend/form_dialect.hpp"

namespace imagined::backend {

namespace {

const form* official_form(task::operation what, task::model with) {
    return find_form_dialect("official")->form_of(what, with);
}

offered_field::kind kind_of(const form_field& documented) {
    using kind = offered_field::kind;
    if (is_file(documented.what)) {
        return kind::file;
    }
    if (!documented.allowed.empty()) {
        return kind::choice;
    }
    switch (documented.what) {
    case field::color_palette:
        return kind::object;
    case field::transparent_background:
    case field::copyright_detection:
        return kind::flag;
    default:
        return range_of(documented.what).is_integer() ? kind::integer : kind::text;
    }
}

} // namespace

std::vector<offered_field> offered_fields(task::operation what, task::model with) {
    std::vector<offered_field> offered;
    const form* spoken = official_form(what, with);
    if (spoken == nullptr) {
        return offered;
    }
    for (const form_field& documented : spoken->fields) {
        if (documented.what == field::never_sent || documented.what == field::model) {
            continue;
        }
        offered_field one;
        one.what = kind_of(documented);
        one.name = documented.name;
        one.words.assign(documented.allowed.begin(), documented.allowed.end());
        const integer_range range = range_of(documented.what);
        one.least = range.least;
        one.most = range.most;
        one.most_values = documented.most;
        one.required = documented.required;
        offered.push_back(std::move(one));
    }
    return offered;
}

bool knows_no_model(task::operation what) {
    const form* spoken = official_form(what, task::model::v3);
    return spoken != nullptr && spoken->any_model;
}

std::vector<std::string_view> offered_styles() {
    const form* spoken = official_form(task::operation::generate, task::model::v3);
    const form_field* presets = spoken == nullptr ? nullptr : spoken->find(field::style_preset);
    return presets == nullptr
               ? std::vector<std::string_view>{}
               : std::vector<std::string_view>(presets->allowed.begin(), presets->allowed.end());
}

} // namespace imagined::backend
