// A call's body taken apart into named values, in whichever envelope its form prescribes. Says no
// more than "this is a well-formed body of that shape"; rules.hpp judges the values.
#pragma once

#include "documents.hpp"

#include "imagined/base/failure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace imagined::sandbox {

// Fails with `invalid`; the detail names what is wrong and becomes the answer's text.
result<std::vector<submitted_value>>
take_apart(const form& shape, std::string_view content_type, std::string_view body);

} // namespace imagined::sandbox
