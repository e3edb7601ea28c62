// Text as people paste it: with white space around it, and with the full-width forms that Chinese
// and Japanese keyboards make of digits.
#pragma once

#include <string>
#include <string_view>

namespace imagined::submit {

// White space of any script taken off both ends, invisible characters too.
std::string_view trimmed(std::string_view text);

// Full-width forms of ASCII as ASCII, and every kind of white space as ' '.
std::string plain_forms(std::string_view text);

// A task's id, however it was pasted.
std::string id_in(std::string_view text);

} // namespace imagined::submit
