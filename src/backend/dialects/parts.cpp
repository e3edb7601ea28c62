#include "dialects/parts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace imagined::backend {

field_list image_request_fields(word_list styles) {
    return {
        fields::prompt,
        fields::model,
        fields::legacy_aspect,
        fields::magic_option,
        fields::legacy_style(styles),
        fields::negative
    };
}

field_list keep_for(task::model with, field_list fields) {
    const task::model base = task::base_of(with);
    std::erase_if(fields, [&](const form_field& f) {
        switch (f.what) {
        case field::style_type:
            return base == task::model::v1;
        case field::negative_prompt:
            return base == task::model::v2a;
        case field::legacy_resolution:
        case field::color_palette:
            return base != task::model::v2;
        default:
            return false;
        }
    });
    return fields;
}

std::vector<form> older_forms(
    task::operation what,
    std::span<const task::model> models,
    const std::string& path,
    envelope shape,
    const field_list& fields
) {
    std::vector<form> all;
    for (const task::model with : models) {
        form one;
        one.what = what;
        one.with = with;
        one.path = path;
        one.shape = shape;
        one.fields = keep_for(with, fields);
        all.push_back(std::move(one));
    }
    return all;
}

form v3_form(task::operation what, std::string path, field_list fields) {
    form one;
    one.what = what;
    one.path = std::move(path);
    one.fields = std::move(fields);
    return one;
}

form modelless_form(task::operation what, std::string path, envelope shape, field_list fields) {
    form one = v3_form(what, std::move(path), std::move(fields));
    one.any_model = true;
    one.shape = shape;
    return one;
}

form_field required(form_field one) {
    one.required = true;
    return one;
}

field_list joined(field_list first, const field_list& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

void add(std::vector<form>& all, std::vector<form> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

} // namespace imagined::backend
