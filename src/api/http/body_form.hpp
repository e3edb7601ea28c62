// How the text of a body is written, as its head tells: what cannot be read is refused before a
// byte of it is taken, and what can be read becomes UTF-8 before anybody looks at it.
#pragma once

#include "imagined/http/message.hpp"
#include "imagined/task/bilingual.hpp"

#include <optional>
#include <string>

namespace imagined::api {

// Why a body with this head is answered 415, naming the field: it is encoded, or its charset is
// none of ours.
std::optional<task::bilingual> find_foreign_form(const http::request_head& head);

// The body in UTF-8; nullopt when it stands in it already, as far as it says. What is not written
// in the charset that it names is left as it is, and is not UTF-8 then.
std::optional<std::string> body_in_utf8(const http::request& from);

} // namespace imagined::api
