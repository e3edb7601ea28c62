// The dialects of today, one file each. A new one joins here, in the lists of dialects.cpp, and
// nowhere else.
#pragma once

#include "imagined/backend/form_dialect.hpp"

namespace imagined::backend {

form_dialect official_dialect();
form_dialect camel_dialect();
form_dialect mjdjourney_dialect();
form_dialect quickrouter_dialect();
form_dialect crazyrouter_dialect();

} // namespace imagined::backend
