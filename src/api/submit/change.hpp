// What can be done with a finished picture: pick it (U), vary it (V), or draw its prompt again (R).
#pragma once

#include "submit/parent.hpp"
#include "submit/submitting.hpp"

#include <string>

namespace imagined::api {

// How much of the picture a variation keeps (ideogram-api.md §13.3), as remix's image_weight.
inline constexpr int usual_weight = 50;
inline constexpr int subtle_weight = 80;
inline constexpr int strong_weight = 25;

struct change {
    enum class kind { upscale, variation, reroll } what = kind::upscale;
    int index = 0; // of the picture, 1-based; 0 for a reroll
    int weight = usual_weight;
};

// Reads and checks the parent, and submits the change. Picking costs nothing and has ended when it
// is answered; the others are new tasks for a backend.
awaitable<http::response>
carry_out(context& api, const call& from, change wanted, std::string parent_id, base_fields base);

} // namespace imagined::api
