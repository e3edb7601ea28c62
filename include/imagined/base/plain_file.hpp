// Opens what others may have tampered with: a folder that a person can write to holds pipes that
// nobody writes to, devices, and links that lead anywhere. Opening never waits.
#pragma once

#include <string>

namespace imagined {

enum class symbolic_links { refused, followed };

// A descriptor of the regular file `path` for reading, or -1 with errno: ELOOP for a symbolic link
// anywhere in `path` where they are refused, EINVAL for what is no file.
int open_plain_file(const std::string& path, symbolic_links links);

// The same for a directory, with symbolic links refused.
int open_plain_directory(const std::string& path);

} // namespace imagined
