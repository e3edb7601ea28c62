// The documented rules of a call, applied strictly (ideogram-api.md §14, 4 and 5): an unknown field
// is an error, so is every combination that the documents call impossible. Each refusal names the
// field it is about.
#pragma once

#include "documents.hpp"
#include "drawing.hpp"
#include "reading.hpp"
#include "switches.hpp"

#include "imagined/task/render_request.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace imagined::sandbox {

struct accepted_call {
    const form* as = nullptr;
    task::render_request request; // what price_table and the answer need to know
    std::string style_type;       // as given, for the answer
    pixel_size size;              // of the pictures to come
    nlohmann::json fields;        // as given, files by their length; for the ledger
};

// `forms` share a path and an envelope; the body's model chooses among them. Fails with `invalid`.
result<accepted_call> accept(
    const std::vector<const form*>& forms,
    const std::vector<submitted_value>& values,
    std::size_t max_file_bytes,
    const switches& now = {}
);

} // namespace imagined::sandbox
