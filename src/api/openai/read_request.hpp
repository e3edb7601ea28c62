// Requests in OpenAI's fields (upstream-specs.md §5), as JSON or as a form: read strictly enough
// that what cannot be meant is refused by its name, and so leniently that every known client is
// understood. Pure.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/submit/submit.hpp"

#include <string>
#include <variant>

namespace imagined::api {

struct openai_request {
    submit::plain_wish wish; // its model is still to be found by its name
    std::string model;
    bool streams = false;
    bool id_alone = false; // `async`: answered before it is drawn
    std::string digest;    // equal for requests that mean the same, whatever their boundaries
};

using read_openai = std::variant<openai_request, submit::refusal>;

read_openai read_openai_request(submit::plain_wish::kind what, const http::request& from);

// "1024x1024" as a shape; nullopt for anything that is no size.
std::optional<task::ratio> read_size(std::string_view text);

} // namespace imagined::api
