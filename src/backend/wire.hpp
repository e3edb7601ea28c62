// The bytes of a call: an expression written in a form's envelope. Field order is the expression's;
// no value is invented here.
#pragma once

#include "expression.hpp"

#include "imagined/backend/dialect.hpp"

#include <string>
#include <string_view>

namespace imagined::backend {

// Where a form's pictures come from: their bytes, or a link that the upstream can read.
struct picture_access {
    const picture_source& bytes;
    const picture_source& links;
};

// Fails with `invalid` when a required field has no value, a picture is none of JPEG, PNG and WebP,
// or a link is needed and cannot be had; and as the picture source fails.
result<wire_request>
write_call(const form& spoken, const expression& said, const picture_access& pictures);

} // namespace imagined::backend
