// Keeps an eye on the disk under the pictures, for readiness and for the log.
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/store/disk.hpp"

#include <filesystem>
#include <memory>

namespace imagined::app {

// With an embedded Redis on the same disk a quarter of `min_free` is no paid picture's: what is
// paid must still be written down when no more pictures fit. Blocks.
std::unique_ptr<store::disk_watch>
watch_of(const std::filesystem::path& pictures, std::uint64_t min_free, bool redis_beside);

// Adds what an operator would want to know. False: the process is not ready. One that only works
// needs room for what it is to pay.
bool tell_disk(const store::disk_state& disk, bool serves, api::readiness& now);

// Tries it every two seconds, and logs what has changed. Runs until cancelled.
awaitable<> watch_disk(store::disk_watch& disk);

} // namespace imagined::app
