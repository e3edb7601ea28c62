// One node of a TOML tree as a value of the wanted shape. Strings may be indirections.
#pragma once

#include "indirection.hpp"
#include "value.hpp"

#include "imagined/base/failure.hpp"

#include <toml++/toml.h>

namespace imagined::config {

// Fails with `invalid` and what was expected; quotes what was found only where `may_quote`.
result<value>
value_from_toml(shape is, const toml::node& node, const environment& variables, bool may_quote);

} // namespace imagined::config
