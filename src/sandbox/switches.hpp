// What a tester has changed about the simulated upstreams as a whole, until it is changed again
// (ideogram-api.md §14, 2, 4 and 10): rules that are our strict reading and not documented as such,
// the status of a missing key, and how long a drawing takes.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/task/render_request.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace imagined::sandbox {

// Rules that can be waived: what breaks one is then taken, and of no consequence.
inline constexpr std::array<std::string_view, 8> waivable_rules{
    "unknown_fields",            // a name that the operation does not have
    "model_fields",              // style_type for V_1, negative_prompt for V_2A, …
    "aspect_with_resolution",    // both given
    "codes_with_references",     // style_codes and style_reference_images
    "codes_with_style_type",     // style_codes and style_type
    "flash",                     // FLASH where only the other speeds are listed
    "palette_name_with_members", // both, or neither
    "mask"                       // its size and colours
};

struct switches {
    std::set<std::string, std::less<>> waived;
    bool forbids = false; // 403 instead of 401 where only that is documented: remix, upscale
    double latency = 0;   // the documented times (§8.2), times this
    int org_pictures = 0; // as sandbox_options

    bool waives(std::string_view rule) const { return waived.contains(rule); }
};

// Fails with `invalid`, naming the member. What an object does not name is as `at_start`.
result<switches> read_switches(const nlohmann::json& told, const switches& at_start = {});

nlohmann::json shown(const switches& now);

struct drawing_time {
    milliseconds least{0};
    milliseconds most{0};
};

drawing_time documented_time(const task::render_request& request);

} // namespace imagined::sandbox
