// A call's body taken apart into named values, in whichever envelope its form prescribes. Says no
// more than "this is a well-formed body of that shape"; rules.hpp judges the values.
#pragma once

#include "form.hpp"

#include "imagined/base/failure.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

struct submitted_value {
    std::string name;
    nlohmann::json value; // typed when it came as JSON, a string when it came as a part
    std::string bytes;    // of a file part
    bool is_file = false; // came as a file part
    bool typed = false;   // came as JSON
    bool inside = false;  // within image_request
};

// Fails with `invalid`; the detail names what is wrong and becomes the answer's text.
result<std::vector<submitted_value>>
take_apart(const form& shape, std::string_view content_type, std::string_view body);

} // namespace imagined::backend
