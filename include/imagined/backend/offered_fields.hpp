// What Ideogram documents for one operation and model, as a form that a screen can draw: read from
// the same tables that decide what is accepted and sent, so the two cannot differ.
#pragma once

#include "imagined/task/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace imagined::backend {

struct offered_field {
    enum class kind { text, integer, choice, flag, object, file } what = kind::text;
    std::string_view name;               // Ideogram's
    std::vector<std::string_view> words; // of a choice
    std::int64_t least = 0;              // of an integer
    std::int64_t most = 0;
    std::size_t most_values = 1; // files or texts
    bool required = false;
};

// In the documents' order; empty for what Ideogram does not have.
std::vector<offered_field> offered_fields(task::operation what, task::model with);

// The operation knows no models: describe, upscale and the like.
bool knows_no_model(task::operation what);

// The names of V_3's styles, which `--style` takes as well.
std::vector<std::string_view> offered_styles();

} // namespace imagined::backend
