// From a document without errors to the options of each module.
#pragma once

#include "document.hpp"
#include "indirection.hpp"

namespace imagined::config {

settings fill(const document& doc, const environment& variables);

} // namespace imagined::config
