#include "memory.hpp"

#include "imagined/base/log.hpp"

#include <malloc.h>

#include <new>

namespace imagined::app {

namespace {

// For small allocations when there is nothing left.
constexpr std::size_t set_aside_bytes = std::size_t{8} * 1024 * 1024;
// From here on memory is mapped by itself: bodies and pictures come and go, and must not leave the
// heap as large as they made it.
constexpr int mapped_from_bytes = 512 * 1024;

} // namespace

memory_reserve arrange_memory() {
    mallopt(M_MMAP_THRESHOLD, mapped_from_bytes);
    return memory_reserve(set_aside_bytes);
}

void run_short_of_memory(asio::io_context& context) {
    while (!context.stopped()) {
        try {
            context.run();
        } catch (const std::bad_alloc&) {
            memory_reserve::refill();
            log::error("there was not enough memory for something that was under way");
        }
    }
}

} // namespace imagined::app
