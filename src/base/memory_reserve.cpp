#include "imagined/base/memory_reserve.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace imagined {

namespace {

std::atomic<std::size_t> wanted{0};
std::atomic<void*> held{nullptr};

void draw() {
    void* const reserve = held.exchange(nullptr);
    if (reserve == nullptr) {
        throw std::bad_alloc();
    }
    std::free(reserve); // operator new tries again
}

} // namespace

memory_reserve::memory_reserve(std::size_t bytes) {
    wanted = bytes;
    refill();
    std::set_new_handler(draw);
}

memory_reserve::~memory_reserve() {
    std::set_new_handler(nullptr);
    wanted = 0;
    std::free(held.exchange(nullptr));
}

void memory_reserve::refill() {
    if (wanted.load() == 0 || held.load() != nullptr) {
        return;
    }
    void* nothing = nullptr;
    void* const fresh = std::malloc(wanted.load()); // not by new, which would draw on the reserve
    if (!held.compare_exchange_strong(nothing, fresh)) {
        std::free(fresh);
    }
}

} // namespace imagined
