// The addresses of the pictures in our store, written and read: "<public_url>/mj/image/<name>" is
// picture 0 (the grid or the single one), "…/<n>" picture n (names: store/picture_addresses.hpp).
#pragma once

#include "imagined/submit/submit.hpp"
#include "views/shown_task.hpp"

#include "imagined/task/render_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

// Above it the store keeps input pictures, which no address shows.
inline constexpr int last_public_picture = 60;

std::string picture_address(const shown_at& where, const task::picture_ref& picture);

// Which picture stands at `address`; nullopt unless it is one of ours. Whether there is such a
// picture is not known here. A made-up name is that of a picture that nobody has.
std::optional<submit::own_picture> own_picture(const shown_at& where, std::string_view address);

// The last part of such an address: "" is 0; nullopt unless it is a number that may be shown.
std::optional<int> picture_number(std::string_view text);

} // namespace imagined::api
