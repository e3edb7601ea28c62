// Removing a whole day of pictures, or those of one task. Works on directory descriptors and never
// follows a symbolic link, so that nothing outside the store can be reached however the tree was
// tampered with.
#pragma once

#include <cstdint>
#include <string>

namespace imagined::store {

// Removes the day directories below `root` whose number is less than `first_kept`; entries that are
// not day directories are left alone. Returns how many pictures (not thumbnails) went away. What
// cannot be removed is logged and left for the next time.
std::uint64_t remove_days_before(const std::string& root, std::int64_t first_kept);

// Removes the directory that version 0.1 gave a task from its day, with the same care.
void remove_task(const std::string& day_directory, const std::string& name);

} // namespace imagined::store
