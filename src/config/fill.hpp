// From a document without errors to the options of each module.
#pragma once

#include "document.hpp"

namespace imagined::config {

settings fill(const document& doc);

} // namespace imagined::config
