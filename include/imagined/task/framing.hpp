// From a width-to-height ratio to what Ideogram's enumerations can say (ideogram-api.md §4, §13.1).
#pragma once

#include "imagined/task/render_request.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

// Those members of a list that count, in Ideogram's spelling; empty: all.
using name_list = std::span<const std::string>;

// The nearest aspect of the legacy list, in Ideogram's spelling: {16,9} -> "ASPECT_16_9".
std::string nearest_legacy_aspect(const ratio& wanted, name_list among = {});
// The same for V_3: "16x9".
std::string nearest_v3_aspect(const ratio& wanted, name_list among = {});

// The closest member of the resolution lists: "RESOLUTION_1472_640" and "1472x640".
std::string exact_legacy_resolution(const ratio& wanted, name_list among = {});
std::string exact_v3_resolution(const ratio& wanted, name_list among = {});

// Every member of those lists.
std::vector<std::string> legacy_resolution_names();
std::vector<std::string> v3_resolution_names();

bool is_legacy_resolution(std::string_view width_x_height); // "1472x640" in the legacy list
bool is_v3_resolution(std::string_view width_x_height);

// How far (as a factor - 1, always >= 0) the nearest enum member is from the wish.
double legacy_aspect_error(const ratio& wanted, name_list among = {});
double v3_aspect_error(const ratio& wanted, name_list among = {});

// The same for the closest resolution.
double legacy_resolution_error(const ratio& wanted);
double v3_resolution_error(const ratio& wanted);

// Above this error the exact resolution is sent where the model takes one (§13.1 policy).
inline constexpr double max_aspect_error = 0.05;

// "16:9" -> {16,9}. Also pixel sizes ("512:512"), decimals ("1.85:1"), "16x9", "16/9" and
// full-width signs. nullopt unless both are positive and finite.
std::optional<ratio> parse_ratio(std::string_view text);

} // namespace imagined::task
