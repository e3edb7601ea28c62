// Memory that is kept for bad times. Where nothing is left, what asks for much (a body, a picture)
// fails and ends its request; but a handler or a coroutine that cannot have its few hundred bytes
// could not even say so. The first allocation that fails sets the reserve free.
#pragma once

#include <cstddef>

namespace imagined {

class memory_reserve {
public:
    // One at a time in a process; from here on operator new draws on it.
    explicit memory_reserve(std::size_t bytes);
    ~memory_reserve();
    memory_reserve(const memory_reserve&) = delete;
    memory_reserve& operator=(const memory_reserve&) = delete;

    // Sets it aside again, if it was used and there is memory. For whoever has caught a bad_alloc;
    // does nothing without a reserve. Usable from any thread.
    static void refill();
};

} // namespace imagined
