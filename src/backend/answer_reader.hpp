// The reading of a paid answer: tolerant, since the money is spent. Only what cannot be understood
// at all is given up, and then as unknowable, never as a failure that somebody might repeat.
#pragma once

#include "imagined/backend/dialect.hpp"

#include <string_view>

namespace imagined::backend {

// The outcome of a 2xx answer with this body. `pictures_at` as in form_dialect: where the pictures
// are, an address or bare base64 each; "" for Ideogram's own shape.
outcome read_answer(task::operation what, std::string_view body, std::string_view pictures_at = "");

} // namespace imagined::backend
