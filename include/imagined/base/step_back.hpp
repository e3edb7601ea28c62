// The event loop before everything else: a thread that computes for long gives way to it.
#pragma once

namespace imagined {

// Lowers the priority of this thread, for good. Answers stay quick on one core while pictures are
// drawn; a core that nobody else wants is used all the same.
void step_back();

} // namespace imagined
