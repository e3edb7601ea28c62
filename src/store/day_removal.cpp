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

file_descriptor open_directory(int parent, const std::string& name) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return file_descriptor(::openat(parent, name.c_str(), flags));
}

// The names are read before anything is removed: removing while reading may skip entries.
std::vector<std::string> names_in(int directory) {
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
    while (const dirent* entry = ::readdir(stream.get())) { // NOLINT(concurrency-mt-unsafe)
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    return names;
}

std::uint64_t remove_task_in(int day, const std::string& name) {
    const file_descriptor task = open_directory(day, name);
    if (!task.valid()) {
        ::unlinkat(day, name.c_str(), 0); // no directory, or a link to one
        return 0;
    }
    std::uint64_t pictures = 0;
    for (const std::string& file : names_in(task.get())) {
        if (::unlinkat(task.get(), file.c_str(), 0) == 0 && is_picture_name(file)) {
            ++pictures;
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
    for (const std::string& task : names_in(day.get())) {
        pictures += remove_task_in(day.get(), task);
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
        remove_task_in(day.get(), name);
    }
}

std::uint64_t remove_days_before(const std::string& root, std::int64_t first_kept) {
    const file_descriptor opened(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.valid()) {
        log::warning("the picture directory cannot be read", {{"path", root}});
        return 0;
    }
    std::uint64_t pictures = 0;
    for (const std::string& name : names_in(opened.get())) {
        const std::int64_t day = day_of_directory(name);
        if (day >= 0 && day < first_kept) {
            pictures += remove_day(opened.get(), name);
        }
    }
    return pictures;
}

} // namespace imagined::store
