#include "imagined/store/renumbering.hpp"

#include "durable_file.hpp"
#include "naming.hpp"
#include "picture_name.hpp"

#include <cerrno>
#include <cstdio>

#include <unistd.h>

namespace imagined::store {

namespace {

const std::string mark_of_before = ".renumbered"; // in the task's directory

std::string directory_of_before(const picture_place& place) {
    return place.before.substr(0, place.before.rfind('/'));
}

// A thumbnail shows what its picture was.
result<void> give_name(const picture_place& from, const picture_place& to) {
    if (from.file == to.file) {
        return {};
    }
    if (::rename(from.file.c_str(), to.file.c_str()) == 0) {
        ::unlink(from.before.c_str()); // hidden until now
    } else if (errno != ENOENT || ::rename(from.before.c_str(), to.file.c_str()) != 0) {
        return disk_failure("rename", from.file, errno);
    }
    for (const auto* file : {&to.file, &from.file, &from.before}) {
        ::unlink(thumbnail_of(*file).c_str());
    }
    return {};
}

result<void> put_mark(const picture_place& place, std::string_view id) {
    directory_maker directories;
    if (auto made = make_directories(directories, place); !made) {
        return made;
    }
    auto mark = temporary_file::create(place.directory, "renumbered");
    if (!mark) {
        return std::move(mark).error();
    }
    const auto named = mark->rename_to(renumbered_mark(place, id));
    return named ? flush(directories, place) : named.error();
}

// Both directories that the pictures may be in.
result<void> flush_names(const picture_place& place) {
    auto done = sync_directory(place.directory);
    const std::string before = directory_of_before(place);
    return done && ::access(before.c_str(), F_OK) == 0 ? sync_directory(before) : done;
}

} // namespace

result<void>
renumber(const image_store& in, std::string_view id, const std::vector<int>& numbers, int last) {
    const std::string& root = in.root().native();
    const auto whole = locate(root, id, 0);
    if (!whole) {
        return whole.error();
    }
    auto done = put_mark(*whole, id);
    int n = 0;
    for (auto old = numbers.begin(); done && old != numbers.end(); ++old) {
        const auto from = locate(root, id, *old);
        const auto to = locate(root, id, ++n);
        done = from && to ? give_name(*from, *to) : result<void>((from ? to : from).error());
    }
    for (int gone = n + 1; done && gone <= last; ++gone) {
        if (const auto place = locate(root, id, gone)) {
            for (const auto* file : {&place->file, &place->before}) {
                ::unlink(file->c_str());
                ::unlink(thumbnail_of(*file).c_str());
            }
        }
    }
    return done ? flush_names(*whole) : done;
}

bool renumbered(const image_store& in, std::string_view id) {
    const auto place = locate(in.root().native(), id, 0);
    if (!place) {
        return false;
    }
    const std::string before = directory_of_before(*place) + '/' + mark_of_before;
    return ::access(renumbered_mark(*place, id).c_str(), F_OK) == 0
           || ::access(before.c_str(), F_OK) == 0;
}

} // namespace imagined::store
