// Reading what the store has written: one open file, told apart by its first bytes.
#pragma once

#include "durable_file.hpp"
#include "imagined/store/image_store.hpp"

#include <cstddef>
#include <string>

namespace imagined::store {

// A picture's header must end within this many bytes, or it cannot be stored: find() would have to
// read without end. Cameras put some 100 KiB of profiles and previews before it.
inline constexpr std::size_t header_limit = std::size_t{1024} * 1024;

struct open_picture {
    file_descriptor file;
    stored_picture picture;
    timespec changed{};
};

// `not_found` if there is no such file, `corrupt` if it is not a picture.
result<open_picture> open_stored(const std::string& path);

// The whole file.
result<std::string> read_stored(const open_picture& opened);

std::int64_t nanoseconds(const timespec& time);

} // namespace imagined::store
