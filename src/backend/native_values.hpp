// The body of a native request taken apart into named values, whichever way it was put together.
#pragma once

#include "imagined/backend/submitted_value.hpp"

#include "imagined/backend/native_request.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

template <class T>
using or_refusal = boost::system::result<T, native_refusal>;

struct native_values {
    std::vector<submitted_value> all; // without nulls
    bool wrapped = false;             // there was an image_request

    const submitted_value* find(std::string_view name) const;
    // Takes a value out; "" when there is none. Fails unless it is a text.
    or_refusal<std::string> take_text(std::string_view name);
};

// Fails with `unreadable` when it is not JSON, not multipart or not UTF-8.
or_refusal<native_values> take_native_apart(std::string_view content_type, std::string_view body);

} // namespace imagined::backend
