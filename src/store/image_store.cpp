#include "imagined/store/image_store.hpp"

#include "imagined/base/plain_file.hpp"

#include "day_removal.hpp"
#include "durable_file.hpp"
#include "naming.hpp"
#include "picture_name.hpp"
#include "stored_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace imagined::store {

namespace {

constexpr std::uint32_t thumbnail_side = 512;

// The missing part of `root`, outermost first.
std::vector<std::filesystem::path> missing_part(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> missing;
    for (auto path = root; !path.empty() && !std::filesystem::exists(path);
         path = path.parent_path()) {
        missing.insert(missing.begin(), path);
    }
    return missing;
}

void prepare_root(directory_maker& directories, const std::filesystem::path& root) {
    for (const auto& path : missing_part(root)) {
        auto made = directories.make(path.string());
        if (made) {
            made = directories.settle(path.string());
        }
        if (!made) {
            throw std::runtime_error(made.error().detail);
        }
    }
    if (!std::filesystem::is_directory(root)) {
        throw std::runtime_error(disk_failure("use", root.string(), ENOTDIR).detail);
    }
    if (::faccessat(AT_FDCWD, root.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        throw std::runtime_error(disk_failure("write to", root.string(), errno).detail);
    }
}

// Afterwards they are there, and neither is a symbolic link: that would be followed out of the
// root.
result<void> make_directories(directory_maker& directories, const picture_place& place) {
    if (!directories.make(place.task_directory)) {
        // Its day's first task, or a failure to report.
        auto made = directories.make(place.day_directory);
        if (made) {
            made = directories.make(place.task_directory);
        }
        if (!made) {
            return made;
        }
    }
    const file_descriptor opened(open_plain_directory(place.task_directory));
    return opened.valid() ? result<void>() : disk_failure("use", place.task_directory, errno);
}

struct written_file {
    temporary_file file;
    struct stat status;
    stored_picture picture; // as it will be once it has its name
};

// The bytes are durable, though without a name yet.
result<written_file> write_picture(
    directory_maker& directories, const picture_place& place, int n, std::string_view bytes
) {
    const auto info = sniff(bytes.substr(0, header_limit));
    if (!info) {
        return failure{failure_kind::invalid, "not a PNG, JPEG or WebP picture"};
    }
    if (auto made = make_directories(directories, place); !made) {
        return std::move(made).error();
    }
    auto file = temporary_file::create(place.task_directory, std::to_string(n));
    if (!file) {
        return std::move(file).error();
    }
    auto done = file->write(bytes);
    if (done) {
        done = file->sync();
    }
    if (!done) {
        return std::move(done).error();
    }
    const auto status = file->status();
    if (!status) {
        return status.error();
    }
    return written_file{
        std::move(*file), *status, {place.file, bytes.size(), *info, nanoseconds(status->st_mtim)}
    };
}

// A name that was free is one of `names`: taken back unless they are kept.
result<void> name_picture(written_file& written, const picture_place& place, new_names& names) {
    const auto was = name(written.file, place);
    if (!was) {
        return was.error();
    }
    if (*was == name_was::free) {
        names.add(place.file);
    }
    return {};
}

// The bytes of a thumbnail need not outlive a power cut, but half of them must not either: hence
// the fsync of the file, and none of the directory.
result<void>
write_thumbnail(const picture_place& place, std::string_view bytes, const timespec& changed) {
    auto file = temporary_file::create(place.task_directory, "t");
    if (!file) {
        return std::move(file).error();
    }
    auto done = file->write(bytes);
    if (done) {
        done = file->set_changed(changed);
    }
    if (done) {
        done = file->sync();
    }
    if (!done) {
        return done;
    }
    const auto was = file->rename_to(place.thumbnail());
    return was ? result<void>() : was.error();
}

} // namespace

image_store::image_store(const std::filesystem::path& root)
    : root_(std::filesystem::absolute(root).lexically_normal()),
      directories_(std::make_unique<directory_maker>()) {
    if (!root_.has_filename()) {
        root_ = root_.parent_path(); // "pictures/"
    }
    prepare_root(*directories_, root_);
    root_ = std::filesystem::canonical(root_); // below it no link is followed
}

image_store::~image_store() = default;

result<stored_picture> image_store::put(std::string_view id, int n, std::string_view bytes) {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    auto written = write_picture(*directories_, *place, n, bytes);
    if (!written) {
        return std::move(written).error();
    }
    new_names names(written->status);
    if (auto named = name_picture(*written, *place, names); !named) {
        return std::move(named).error();
    }
    if (auto flushed = flush(*directories_, *place); !flushed) {
        return std::move(flushed).error();
    }
    names.keep();
    return std::move(written->picture);
}

result<stored_picture> image_store::put_shown(std::string_view id, int n, std::string_view bytes) {
    const auto place = locate(root_.native(), id, n);
    const auto shown = locate(root_.native(), id, 0);
    if (!place || !shown) {
        return (place ? shown : place).error();
    }
    auto written = write_picture(*directories_, *place, n, bytes);
    if (!written) {
        return std::move(written).error();
    }
    new_names names(written->status);
    if (auto named = name_picture(*written, *place, names); !named) {
        return std::move(named).error();
    }
    const auto linked = link_as(place->file, *shown);
    if (!linked) {
        return linked.error();
    }
    if (*linked == linking::new_name) {
        names.add(shown->file);
    }
    if (*linked == linking::impossible) { // put() flushes both names then
        if (const auto copied = put(id, 0, bytes); !copied) {
            return copied.error();
        }
    } else if (auto flushed = flush(*directories_, *shown); !flushed) {
        return std::move(flushed).error();
    }
    names.keep();
    return std::move(written->picture);
}

result<stored_picture>
image_store::link(std::string_view from_id, int from_n, std::string_view id, int n) {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    const auto source = find(from_id, from_n);
    if (!source) {
        return source.error();
    }
    if (auto made = make_directories(*directories_, *place); !made) {
        return std::move(made).error();
    }
    const auto linked = link_as(source->path, *place);
    if (!linked) {
        return linked.error();
    }
    if (*linked == linking::impossible) {
        // A file system without links, too many of them, or a source that was replaced at this very
        // moment (link() then finds it gone, where open() does not).
        const auto bytes = read(from_id, from_n);
        return bytes ? put(id, n, *bytes) : bytes.error();
    }
    if (auto flushed = flush(*directories_, *place); !flushed) {
        return std::move(flushed).error();
    }
    return find(id, n); // not what was found above: the source may have been replaced since
}

result<stored_picture> image_store::find(std::string_view id, int n) const {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    auto opened = open_stored(place->file);
    if (!opened) {
        return std::move(opened).error();
    }
    return std::move(opened->picture);
}

result<stored_picture> image_store::find_thumbnail(std::string_view id, int n) {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    const auto original = open_stored(place->file);
    if (!original) {
        return original.error();
    }
    // A thumbnail carries the date of the picture that it shows. One with another date was made
    // from a picture that has been replaced meanwhile; one that is no picture fell to a power cut.
    if (auto thumbnail = open_stored(place->thumbnail());
        thumbnail && thumbnail->picture.changed == original->picture.changed) {
        return std::move(thumbnail->picture);
    }
    const auto bytes = read_stored(*original);
    if (!bytes) {
        return bytes.error();
    }
    const auto made = make_thumbnail(*bytes, thumbnail_side);
    if (!made) {
        return made.error();
    }
    if (auto written = write_thumbnail(*place, *made, original->changed); !written) {
        return std::move(written).error();
    }
    // Not looked up again: a put() in between may have removed it already.
    return stored_picture{
        place->thumbnail(), made->size(), *sniff(*made), original->picture.changed
    };
}

result<std::string> image_store::read(std::string_view id, int n) const {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    const auto opened = open_stored(place->file);
    if (!opened) {
        return opened.error();
    }
    return read_stored(*opened);
}

void image_store::forget(std::string_view id) {
    if (const auto place = locate(root_.native(), id, 0)) {
        remove_task(place->day_directory, std::string(id));
    }
}

std::uint64_t image_store::forget_before(unix_millis now, std::chrono::milliseconds keep) {
    // A day is old when its last millisecond is.
    const unix_millis oldest_kept = now - keep.count();
    return oldest_kept <= 0 ? 0 : remove_days_before(root_.native(), oldest_kept / day_millis);
}

} // namespace imagined::store
