// What several values must fulfil together, and the defaults that follow from other values.
#pragma once

#include "document.hpp"
#include "indirection.hpp"

namespace imagined::config {

void apply_rules(document& doc, const environment& variables);

} // namespace imagined::config
