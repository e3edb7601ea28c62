// Compiled as a Release is: without the option, reaching a failpoint does nothing, provably.
#undef IMAGINED_FAILPOINTS
#include "imagined/base/failpoint.hpp"

static_assert(!imagined::failpoint::compiled_in);
static_assert(!imagined::failpoint::hit("queue.", "stored", ".before"));
