#include "imagined/backend/form.hpp"

#include <algorithm>

namespace imagined::backend {

const form_field* form::find(field wanted) const {
    const auto at = std::find_if(fields.begin(), fields.end(), [&](const form_field& f) {
        return f.what == wanted;
    });
    return at == fields.end() ? nullptr : &*at;
}

const form_field* form::named(std::string_view name) const {
    const auto at = std::find_if(fields.begin(), fields.end(), [&](const form_field& f) {
        return f.name == name;
    });
    return at == fields.end() ? nullptr : &*at;
}

integer_range range_of(field what) {
    switch (what) {
    case field::seed:
        return {0, seed_modulus - 1};
    case field::num_images:
        return {1, max_images_per_call};
    case field::image_weight:
    case field::resemblance:
    case field::detail:
        return {1, 100};
    default:
        return {};
    }
}

} // namespace imagined::backend
