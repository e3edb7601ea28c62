#include "imagined/store/renumbering.hpp"

#include "durable_file.hpp"
#include "picture_name.hpp"

#include <cerrno>
#include <cstdio>

#include <unistd.h>

namespace imagined::store {

namespace {

const std::string renumbered_mark = ".renumbered";

// A thumbnail shows what its picture was.
result<void> give_name(const picture_place& from, const picture_place& to) {
    if (from.file == to.file) {
        return {};
    }
    if (::rename(from.file.c_str(), to.file.c_str()) != 0) {
        return disk_failure("rename", from.file, errno);
    }
    ::unlink(to.thumbnail().c_str());
    ::unlink(from.thumbnail().c_str());
    return {};
}

result<void> put_mark(const std::string& directory) {
    auto mark = temporary_file::create(directory, "renumbered");
    if (!mark) {
        return std::move(mark).error();
    }
    const auto named = mark->rename_to(directory + '/' + renumbered_mark);
    return named ? sync_directory(directory) : named.error();
}

} // namespace

result<void>
renumber(const image_store& in, std::string_view id, const std::vector<int>& numbers, int last) {
    const std::string& root = in.root().native();
    const auto whole = locate(root, id, 0);
    if (!whole) {
        return whole.error();
    }
    auto done = put_mark(whole->task_directory);
    int n = 0;
    for (auto old = numbers.begin(); done && old != numbers.end(); ++old) {
        const auto from = locate(root, id, *old);
        const auto to = locate(root, id, ++n);
        done = from && to ? give_name(*from, *to) : result<void>((from ? to : from).error());
    }
    for (int gone = n + 1; done && gone <= last; ++gone) {
        if (const auto place = locate(root, id, gone)) {
            ::unlink(place->file.c_str());
            ::unlink(place->thumbnail().c_str());
        }
    }
    return done ? sync_directory(whole->task_directory) : done;
}

bool renumbered(const image_store& in, std::string_view id) {
    const auto place = locate(in.root().native(), id, 0);
    const std::string mark = place ? place->task_directory + '/' + renumbered_mark : "";
    return place && ::access(mark.c_str(), F_OK) == 0;
}

} // namespace imagined::store
