#include "naming.hpp"

#include <unistd.h>

namespace imagined::store {

// A thumbnail is made of a picture that is there, so a name that was free has none.
result<name_was> name(temporary_file& file, const picture_place& place) {
    const auto was = file.rename_to(place.file);
    if (was && *was == name_was::taken) {
        ::unlink(thumbnail_of(place.file).c_str());
    }
    return was;
}

result<linking> link_as(const std::string& source, const picture_place& place) {
    if (link_to_free(source, place.file)) {
        return linking::new_name;
    }
    auto file = temporary_file::create_link(source, place.directory, "l");
    if (!file) {
        return linking::impossible;
    }
    const auto was = name(*file, place);
    return was ? result<linking>(linking::replaced) : was.error();
}

result<void> make_directories(directory_maker& directories, const picture_place& place) {
    if (directories.make(place.directory)) {
        return {};
    }
    // Its day's first picture, or a failure to report.
    auto made = directories.make(place.day_directory);
    return made ? directories.make(place.directory) : made;
}

// The picture's directory first: a journal then writes all that led there at once, and the flushes
// of the directories above it find little to do.
result<void> flush(directory_maker& directories, const picture_place& place) {
    auto done = sync_directory(place.directory);
    if (done) {
        done = directories.settle(place.directory);
    }
    return done ? directories.settle(place.day_directory) : done;
}

new_names::~new_names() {
    for (const std::string& name : names_) {
        struct stat found{};
        const bool there = ::lstat(name.c_str(), &found) == 0;
        if (there && found.st_dev == device_ && found.st_ino == inode_) { // nobody's since
            ::unlink(name.c_str());
        }
    }
}

} // namespace imagined::store
