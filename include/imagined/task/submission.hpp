// Everything about a task that is decided when it is accepted and never changes after. It travels
// through the queue as one JSON text; the queue itself does not read it.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/task/render_request.hpp"
#include "imagined/task/vocabulary.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

// How the front that took a task hands out its pictures, where it is told to do it otherwise than
// by the address of each as it is.
struct handing_out {
    bool inlined = false;       // as base64, in the answer itself
    std::string format;         // "" as they are, png, jpeg, webp
    std::optional<int> quality; // of what is encoded anew, 1 to 100

    friend bool operator==(const handing_out&, const handing_out&) = default;
};

struct submission {
    action what = action::imagine;
    std::string prompt;       // as the client sent it (trimmed)
    std::string final_prompt; // what Ideogram gets as text
    std::string description;  // "/imagine a red fox"
    std::string state;        // echoed exactly
    std::string notify_hook;  // "" for none
    std::string public_url;   // of the accepting process, without a trailing slash
    std::string traceparent;  // as the client sent it, if it was valid; see trace.hpp
    language lang = language::zh;
    std::optional<speed_mode> mode;
    bot bot_type = bot::mid_journey;
    std::string parent_id; // "" for none
    int parent_index = 0;  // which picture of the parent, 1-based
    // The customId that made it, kept while its modal is open: the answer is read by the same
    // button.
    std::string pressed;
    bool strong = false; // of a pressed V: vary more than usual
    bool native = false; // submitted under /ideogram: no grid, no buttons
    handing_out handed;
    render_request request;
    std::vector<std::string> notes;

    friend bool operator==(const submission&, const submission&) = default;
};

std::string to_text(const submission& value);
result<submission> submission_from_text(std::string_view text);

} // namespace imagined::task
