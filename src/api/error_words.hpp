// In which language, and in whose shape, a request is told that something is wrong.
#pragma once

#include "routing.hpp"

#include "imagined/http/message.hpp"

namespace imagined::api {

// Ideogram's clients read English; OpenAI's and agents do unless they ask for Chinese.
task::language language_of(const http::request_head& head, const routed& found);

http::response in_words_of(const routed& found, const submit::refusal& why, task::language in);

// What every answer carries beside what its handler said: nothing is guessed from its bytes, and
// what only some may see, or may change, is kept by nobody on the way.
void mark_private(http::response& answer);

} // namespace imagined::api
