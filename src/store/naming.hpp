// How a file that is written gets its names as a picture, and how they become durable. A crash in
// between leaves whole pictures only: the file was flushed before its first name.
#pragma once

#include "durable_file.hpp"
#include "imagined/base/failure.hpp"
#include "picture_name.hpp"

#include <string>
#include <vector>

#include <sys/stat.h>

namespace imagined::store {

// Afterwards the file is the picture of that place, and no thumbnail there shows another one.
result<name_was> name(temporary_file& file, const picture_place& place);

enum class linking { new_name, replaced, impossible };

// Gives the file `source` the name of `place` as well. `impossible`, with nothing done, on a file
// system without links, with too many of them, or when `source` is gone.
result<linking> link_as(const std::string& source, const picture_place& place);

// Afterwards the picture's directory is there, in its day's.
result<void> make_directories(directory_maker& directories, const picture_place& place);

// Afterwards the names in the picture's directory are durable, and those of its directories.
result<void> flush(directory_maker& directories, const picture_place& place);

// Names that nothing had before a file was given them. They are taken back, unless kept: who is
// told that the picture could not be stored is not to find it, half durable, later.
class new_names {
public:
    explicit new_names(const struct stat& file) : device_(file.st_dev), inode_(file.st_ino) {}

    new_names(const new_names&) = delete;
    new_names& operator=(const new_names&) = delete;
    ~new_names();

    void add(const std::string& name) { names_.push_back(name); }

    void keep() { names_.clear(); }

private:
    dev_t device_;
    ino_t inode_;
    std::vector<std::string> names_;
};

} // namespace imagined::store
