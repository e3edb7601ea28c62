// Starts the one coroutine that serves a connection for as long as its owner wants it.
//
// It is ended by closing what it waits on, never by a cancellation signal: closing works the same
// from inside and from outside the running loop, and leaves no slot behind that points to a socket
// that is gone.
#pragma once

#include "imagined/base/async.hpp"

#include <string>

namespace imagined::redis {

// An exception that leaves `work` is logged under `name`; it should not come to that.
void run_in_background(const executor& on, std::string name, awaitable<> work);

} // namespace imagined::redis
