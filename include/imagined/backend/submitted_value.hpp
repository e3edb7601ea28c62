// One named value of a request in Ideogram's words, as it came: what the sandbox is sent, and what
// our own native front is.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace imagined::backend {

struct submitted_value {
    std::string name;
    nlohmann::json value; // typed when it came as JSON, a string when it came as a part
    std::string bytes;    // of a file part
    bool is_file = false; // came as a file part
    bool typed = false;   // came as JSON
    bool inside = false;  // within image_request
};

} // namespace imagined::backend
