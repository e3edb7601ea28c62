// What a dialect makes of a sample of each operation, for the operator who writes or reads one.
#pragma once

#include "imagined/backend/form_dialect.hpp"

#include <string>

namespace imagined::backend {

// One request a paragraph, as it would be sent but for the key and the bytes of pictures; below it
// what the sample asked for and this dialect does not say.
std::string sample_calls(const form_dialect& of);

} // namespace imagined::backend
