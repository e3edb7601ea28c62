// The addresses of the pictures in our store, written and read: "<public_url>/mj/image/<id>" is
// picture 0 (the grid or the single one), "…/<n>" picture n.
#pragma once

#include "imagined/task/render_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

// Above it the store keeps input pictures, which no address shows.
inline constexpr int last_public_picture = 20;

std::string picture_address(const std::string& public_url, const task::picture_ref& picture);

// Which picture stands at `address`; nullopt unless it is one of ours. Whether there is such a
// picture is not known here.
std::optional<task::picture_ref>
own_picture(const std::string& public_url, std::string_view address);

// The last part of such an address: "" is 0; nullopt unless it is a number that may be shown.
std::optional<int> picture_number(std::string_view text);

} // namespace imagined::api
