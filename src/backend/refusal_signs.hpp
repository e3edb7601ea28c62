// What an error answer says in words or codes, in English or Chinese: relays hide a refusal of the
// prompt, or an empty purse, in any status and in any member. One table for all dialects.
#pragma once

#include <string_view>

namespace imagined::backend {

enum class refusal_sign {
    none,
    content, // a safety check or a policy: nobody would draw it
    quota,   // no money or no allowance left
    rate     // too many requests
};

// Of the body of an error answer: JSON of any of the shapes that relays use, or plain text. A page
// of HTML says nothing.
refusal_sign refusal_sign_of(std::string_view body);

} // namespace imagined::backend
