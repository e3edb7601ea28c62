// Where a picture lives below the root, and which names are ours at all. Everything that becomes a
// path goes through locate(), which accepts digits only.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace imagined::store {

inline constexpr unix_millis day_millis = 24LL * 60 * 60 * 1000;
inline constexpr int last_picture = 99;

struct picture_place {
    std::string day_directory;
    std::string directory; // of its hour
    std::string file;
    std::string before; // where version 0.1 put it: in a directory of its task
};

inline std::string thumbnail_of(const std::string& file) {
    return file + ".t";
}

// `invalid` unless the id is well-formed and n is in 0..99.
result<picture_place> locate(const std::string& root, std::string_view id, int n);

// The file that tells that the pictures of a task have other numbers than they were put with.
std::string renumbered_mark(const picture_place& place, std::string_view id);

// True for what pictures are called in their directory: "<task id>.<n>", or once "<n>"; thumbnails
// and temporary files are not.
bool is_picture_name(std::string_view name);

// The number of a day's directory; -1 for anything that is not one.
std::int64_t day_of_directory(std::string_view name);

} // namespace imagined::store
