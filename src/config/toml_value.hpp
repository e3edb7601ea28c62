// One node of a TOML tree as a value of the wanted shape. Strings may be indirections.
#pragma once

#include "indirection.hpp"
#include "value.hpp"

#include "imagined/base/failure.hpp"

#include <toml++/toml.h>

namespace imagined::config {

// Fails with `invalid` and what was expected. The failure quotes no more than a text that could not
// be read as a number, a flag or a duration, as the file spells it.
result<value> value_from_toml(shape is, const toml::node& node, const environment& variables);

} // namespace imagined::config
