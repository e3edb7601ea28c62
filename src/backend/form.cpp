#include "imagined/backend/form.hpp"

#include <algorithm>

namespace imagined::backend {

namespace {

using nlohmann::json;

std::string text_in(const json& value) {
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

json form_field::spelled(json ours) const {
    if (theirs.empty()) {
        return ours;
    }
    const auto spell = [this](const json& word) {
        const auto at = std::find(allowed.begin(), allowed.end(), text_in(word));
        return at == allowed.end() ? word : theirs[static_cast<std::size_t>(at - allowed.begin())];
    };
    if (!ours.is_structured()) {
        return spell(ours);
    }
    // A palette: {"name": word} or {"members": [{"color_hex": …, "color_weight": …}]}.
    json made = ours.is_array() ? json::array() : json::object();
    for (const auto& [key, value] : ours.items()) {
        json said = key == "name" || value.is_structured() ? spelled(value) : value;
        if (ours.is_array()) {
            made.push_back(std::move(said));
        } else {
            made[text_in(spell(key))] = std::move(said);
        }
    }
    return made;
}

std::string form_field::ours_for(const std::string& theirs_said) const {
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        if (text_in(theirs[i]) == theirs_said) {
            return allowed[i];
        }
    }
    return theirs_said;
}

std::vector<std::string> form_field::wire_words() const {
    if (theirs.empty()) {
        return allowed;
    }
    std::vector<std::string> words;
    for (const json& one : theirs) {
        words.push_back(text_in(one));
    }
    return words;
}

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

bool knows_models(task::operation what) {
    switch (what) {
    case task::operation::upscale:
    case task::operation::describe:
    case task::operation::remove_background:
    case task::operation::instruct_edit:
        return false;
    default:
        return true;
    }
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
