// The disk under the pictures: has it room for what is going to be paid, and can anything be
// written at all? Nothing is paid for that could not be kept.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/offload_pool.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace imagined::store {

// Less is as good as nothing: a picture would not fit, nor what an embedded Redis writes.
inline constexpr std::uint64_t full_below = std::uint64_t{256} * 1024;
// A disk that was full is so until it has this much: what is written and removed at the edge must
// not make it change its state all the time.
inline constexpr std::uint64_t full_until = 2 * full_below;

// What one look found.
struct disk_look {
    std::uint64_t free_bytes = 0; // for us, not for root alone
    std::string trouble;          // why nothing can be written, whatever is free; "" if it can
};

// Both block. A glance asks for the room alone; a trial writes a small file as well.
disk_look glance_at_disk(const std::filesystem::path& directory);
disk_look try_disk(const std::filesystem::path& directory);

// The state of a disk from what looks found. Pure.
class disk_state {
public:
    explicit disk_state(std::uint64_t min_free) : min_free_(min_free) {}

    void note_trial(const disk_look& seen);
    void note_glance(const disk_look& seen); // says nothing about trouble that a trial found

    // Something can be written.
    bool usable() const { return !full_ && trouble_.empty(); }

    // A paid call may start.
    bool has_room() const { return usable() && free_ >= min_free_; }

    std::uint64_t free_bytes() const { return free_; }

    // For an operator: why it is not usable, or has no room; "" if all is well.
    std::string sentence() const;

private:
    void note_room(std::uint64_t free_bytes);

    std::uint64_t min_free_;
    std::uint64_t free_ = 0;
    bool full_ = false;
    std::string trouble_;
};

// The disk under `directory`, looked at on a thread of its own: one that hangs must not stop the
// event loop, and picture work must not make calls wait. Single-threaded itself.
class disk_watch {
public:
    // Blocks: the first look is done here. `spared` is what no paid picture may take.
    disk_watch(std::filesystem::path directory, std::uint64_t min_free, std::uint64_t spared);

    // Whether a paid call may start, as of this moment or a little before.
    awaitable<bool> has_room();

    // Whether `bytes` of pictures would fit.
    awaitable<bool> can_take(std::uint64_t bytes);

    // Looks whether anything can be written; to be called every few seconds.
    awaitable<> try_it();

    const disk_state& last() const { return state_; }

private:
    awaitable<> refresh();

    std::filesystem::path directory_;
    std::uint64_t spared_;
    disk_state state_;
    std::chrono::steady_clock::time_point looked_;
    offload_pool pool_{offload_pool::options{.threads = 1}};
};

} // namespace imagined::store
