// The pictures of a native request, from wherever they are: files, base64, addresses.
#pragma once

#include "imagined/submit/submit.hpp"

#include "imagined/backend/native_request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::submit {

// Reads all of them into `bytes`, upright, and judges them; `notes` gets what was changed. The
// refusal of the first one that cannot be used, if any; then the request is refused as a
// whole.
awaitable<std::optional<refusal>> obtain_native_pictures(
    context& ctx,
    const requester& from,
    std::vector<backend::native_picture>& pictures,
    std::vector<std::string>& notes
);

// Stores them durably as inputs of task `id`, and names them in order.
awaitable<result<std::vector<task::picture_ref>>>
store_native_pictures(context& ctx, std::string id, std::vector<backend::native_picture> pictures);

} // namespace imagined::submit
