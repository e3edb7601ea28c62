// A request as JSON text. Every submit writes one, and a tree of nodes would be most of that work.
#pragma once

#include "imagined/task/render_request.hpp"

#include <string>
#include <string_view>

namespace imagined::task {

// Appends what to_json() gives. The prompt is left out when it is `usual_prompt`, which whoever
// reads the text has to know then; any other is written, even none.
void append_request(
    std::string& out, const render_request& request, std::string_view usual_prompt = ""
);

} // namespace imagined::task
