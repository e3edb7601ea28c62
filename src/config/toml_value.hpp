// One node of a TOML tree as a value of the wanted shape. Strings may be indirections.
#pragma once

#include "indirection.hpp"
#include "value.hpp"

#include "imagined/base/failure.hpp"

#include <toml++/toml.h>

namespace imagined::config {

// Fails with `not_found` if the value stands elsewhere and cannot be read, else with `invalid` and
// what was expected. The failure quotes no more than a text that could not
// be read as a number, a flag or a duration, as the file spells it.
result<value> value_from_toml(shape is, const toml::node& node, const environment& variables);

// The strings of such a node as they stand there: text, or a list of it for shape::words.
value references_in(shape is, const toml::node& node);

} // namespace imagined::config
