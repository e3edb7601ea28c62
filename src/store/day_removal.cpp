#include "day_removal.hpp"

#include "durable_file.hpp"
#include "imagined/base/log.hpp"
#include "picture_name.hpp"

#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace imagined::store {

namespace {

// An hour may hold millions, a day hundreds of thousands of old tasks.
constexpr std::size_t files_at_once = 4096;
constexpr std::size_t entries_at_once = 1'000'000;

file_descriptor open_directory(int parent, const std::string& name) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return file_descriptor(::openat(parent, name.c_str(), flags));
}

// The first of them, all if there are no more than `most`. They are read before anything is
// removed: removing while reading may skip entries.
std::vector<std::string> names_in(int directory, std::size_t most) {
    std::vector<std::string> names;
    // fdopendir() takes the descriptor over, so it gets one of its own.
    file_descriptor own = open_directory(directory, ".");
    if (!own.valid()) {
        return names;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), &::closedir);
    if (!stream) {
        return names;
    }
    own.release();
    const dirent* entry = nullptr;
    while (names.size() < most && (entry = ::readdir(stream.get())) != nullptr
    ) { // NOLINT(concurrency-mt-unsafe)
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    return names;
}

// Of an hour, or of a task.
std::uint64_t remove_pictures_in(int day, const std::string& name) {
    const file_descriptor directory = open_directory(day, name);
    if (!directory.valid()) {
        ::unlinkat(day, name.c_str(), 0); // no directory, or a link to one
        return 0;
    }
    std::uint64_t pictures = 0;
    for (bool more = true; more;) {
        const auto names = names_in(directory.get(), files_at_once);
        more = false;
        for (const std::string& file : names) {
            const bool removed = ::unlinkat(directory.get(), file.c_str(), 0) == 0;
            pictures += removed && is_picture_name(file) ? 1 : 0;
            more = more || (removed && names.size() == files_at_once);
        }
    }
    ::unlinkat(day, name.c_str(), AT_REMOVEDIR);
    return pictures;
}

std::uint64_t remove_day(int root, const std::string& name) {
    const file_descriptor day = open_directory(root, name);
    if (!day.valid()) {
        return 0;
    }
    std::uint64_t pictures = 0;
    for (const std::string& part : names_in(day.get(), entries_at_once)) {
        pictures += remove_pictures_in(day.get(), part);
    }
    if (::unlinkat(root, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        log::warning(
            "an old day of pictures could not be removed whole",
            {{"day", name}, {"reason", std::generic_category().message(errno)}}
        );
    }
    return pictures;
}

} // namespace

void remove_task(const std::string& day_directory, const std::string& name) {
    const file_descriptor day(
        ::open(day_directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    );
    if (day.valid()) {
        remove_pictures_in(day.get(), name);
    }
}

std::uint64_t remove_days_before(const std::string& root, std::int64_t first_kept) {
    const file_descriptor opened(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.valid()) {
        log::warning("the picture directory cannot be read", {{"path", root}});
        return 0;
    }
    std::uint64_t pictures = 0;
    for (const std::string& name : names_in(opened.get(), entries_at_once)) {
        const std::int64_t day = day_of_directory(name);
        if (day >= 0 && day < first_kept) {
            pictures += remove_day(opened.get(), name);
        }
    }
    return pictures;
}

} // namespace imagined::store
