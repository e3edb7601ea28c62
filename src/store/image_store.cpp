#include "imagined/store/image_store.hpp"

#include "imagined/base/plain_file.hpp"

#include "day_removal.hpp"
#include "durable_file.hpp"
#include "naming.hpp"
#include "picture_name.hpp"
#include "stored_file.hpp"

#include <cerrno>
#include <deque>
#include <map>
#include <optional>
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

// A symbolic link in their place would be followed out of the root.
result<void> provide_directories(directory_maker& directories, const picture_place& place) {
    if (auto made = make_directories(directories, place); !made) {
        return made;
    }
    const file_descriptor opened(open_plain_directory(place.directory));
    return opened.valid() ? result<void>() : disk_failure("use", place.directory, errno);
}

// A picture on its way to its names.
class placing {
public:
    placing(const std::string& root, const new_picture& of)
        : of_(of), place_(locate(root, of.id, of.n)), shown_(locate(root, of.id, 0)) {
        for (const auto* place : {&place_, &shown_}) {
            if (!*place) {
                trouble_ = place->error();
            }
        }
    }

    bool is_well() const { return !trouble_; }

    void fail(failure why) { trouble_ = std::move(why); }

    // The bytes are in a file that nobody asks for, though not yet durable there.
    void write(directory_maker& directories);

    temporary_file& file() { return *file_; }

    // It has its names, though not yet durable ones.
    void give_names(shared_flush& contents);

    const picture_place& place() const { return *place_; }

    // `flushed`: of its directory.
    result<stored_picture> finish(const result<void>& flushed);

private:
    result<void> name_it(temporary_file& file, const picture_place& as);
    result<void> copy_as_shown(shared_flush& contents);

    new_picture of_;
    result<picture_place> place_;
    result<picture_place> shown_;
    std::optional<failure> trouble_;
    std::optional<temporary_file> file_;
    std::optional<new_names> names_;
    stored_picture picture_; // as it will be once it has its name
};

result<temporary_file> write_temporary(const picture_place& place, const new_picture& of) {
    std::string name(of.id);
    name += '.' + std::to_string(of.n);
    auto file = temporary_file::create(place.directory, name);
    if (file) {
        if (auto done = file->write(of.bytes); !done) {
            return std::move(done).error();
        }
    }
    return file;
}

void placing::write(directory_maker& directories) {
    const auto info = sniff(of_.bytes.substr(0, header_limit));
    if (!info) {
        fail({failure_kind::invalid, "not a PNG, JPEG or WebP picture"});
        return;
    }
    if (auto made = provide_directories(directories, *place_); !made) {
        fail(std::move(made).error());
        return;
    }
    auto file = write_temporary(*place_, of_);
    const auto status = file ? file->status() : result<struct stat>(file.error());
    if (!status) {
        fail(status.error());
        return;
    }
    file_.emplace(std::move(*file));
    names_.emplace(*status);
    picture_ = {place_->file, of_.bytes.size(), *info, nanoseconds(status->st_mtim)};
}

// A name that was free is taken back unless all goes well.
result<void> placing::name_it(temporary_file& file, const picture_place& as) {
    const auto was = name(file, as);
    if (was && *was == name_was::free) {
        names_->add(as.file);
    }
    return was ? result<void>() : was.error();
}

// Where a file cannot have two names.
result<void> placing::copy_as_shown(shared_flush& contents) {
    auto copy = write_temporary(*shown_, of_);
    if (!copy) {
        return std::move(copy).error();
    }
    auto done = contents.sync({&*copy}).front();
    if (done) {
        const auto was = name(*copy, *shown_);
        done = was ? result<void>() : was.error();
    }
    return done;
}

void placing::give_names(shared_flush& contents) {
    auto done = name_it(*file_, *place_);
    if (done && of_.shown && of_.n != 0) {
        const auto linked = link_as(place_->file, *shown_);
        if (!linked) {
            done = linked.error();
        } else if (*linked == linking::new_name) {
            names_->add(shown_->file);
        } else if (*linked == linking::impossible) {
            done = copy_as_shown(contents);
        }
    }
    if (!done) {
        fail(std::move(done).error());
    }
}

result<stored_picture> placing::finish(const result<void>& flushed) {
    if (!trouble_ && !flushed) {
        trouble_ = flushed.error();
    }
    if (trouble_) {
        return std::move(*trouble_);
    }
    names_->keep();
    return std::move(picture_);
}

// What is in a place, wherever it was put.
result<open_picture> open_placed(const picture_place& place) {
    auto opened = open_stored(place.file);
    if (!opened && opened.error().kind == failure_kind::not_found) {
        return open_stored(place.before);
    }
    return opened;
}

// The bytes of a thumbnail need not outlive a power cut, but half of them must not either: hence
// the fsync of the file, and none of the directory.
result<void>
write_thumbnail(const std::string& picture, std::string_view bytes, const timespec& changed) {
    const std::filesystem::path of(picture);
    auto file = temporary_file::create(of.parent_path().string(), of.filename().string() + ".t");
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
    const auto was = file->rename_to(thumbnail_of(picture));
    return was ? result<void>() : was.error();
}

} // namespace

image_store::image_store(const std::filesystem::path& root)
    : root_(std::filesystem::absolute(root).lexically_normal()),
      directories_(std::make_unique<directory_maker>()),
      contents_(std::make_unique<shared_flush>()) {
    if (!root_.has_filename()) {
        root_ = root_.parent_path(); // "pictures/"
    }
    prepare_root(*directories_, root_);
    root_ = std::filesystem::canonical(root_); // below it no link is followed
}

image_store::~image_store() = default;

result<stored_picture> image_store::put(std::string_view id, int n, std::string_view bytes) {
    return std::move(put_all({{id, n, bytes}}).front());
}

// All bytes are durable before the first of them has its name, and one flush makes the names
// durable of all pictures of an hour.
std::vector<result<stored_picture>> image_store::put_all(const std::vector<new_picture>& pictures) {
    std::deque<placing> all;
    std::vector<placing*> going;
    for (const auto& one : pictures) {
        all.emplace_back(root_.native(), one);
        if (all.back().is_well()) {
            all.back().write(*directories_);
        }
        if (all.back().is_well()) {
            going.push_back(&all.back());
        }
    }
    std::vector<temporary_file*> files;
    for (auto* one : going) {
        files.push_back(&one->file());
    }
    auto synced = contents_->sync(files);
    std::map<std::string, result<void>> flushed;
    for (std::size_t i = 0; i < going.size(); ++i) {
        if (!synced[i]) {
            going[i]->fail(std::move(synced[i]).error());
            continue;
        }
        going[i]->give_names(*contents_);
    }
    std::vector<result<stored_picture>> done;
    for (auto& one : all) {
        if (!one.is_well()) {
            done.push_back(one.finish({}));
            continue;
        }
        const auto& place = one.place();
        auto known = flushed.find(place.directory);
        if (known == flushed.end()) {
            known = flushed.emplace(place.directory, flush(*directories_, place)).first;
        }
        done.push_back(one.finish(known->second));
    }
    return done;
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
    if (auto made = provide_directories(*directories_, *place); !made) {
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
    auto opened = open_placed(*place);
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
    const auto original = open_placed(*place);
    if (!original) {
        return original.error();
    }
    // A thumbnail carries the date of the picture that it shows. One with another date was made
    // from a picture that has been replaced meanwhile; one that is no picture fell to a power cut.
    const std::string& picture = original->picture.path;
    if (auto thumbnail = open_stored(thumbnail_of(picture));
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
    if (auto written = write_thumbnail(picture, *made, original->changed); !written) {
        return std::move(written).error();
    }
    // Not looked up again: a put() in between may have removed it already.
    return stored_picture{
        thumbnail_of(picture), made->size(), *sniff(*made), original->picture.changed
    };
}

result<std::string> image_store::read(std::string_view id, int n) const {
    const auto place = locate(root_.native(), id, n);
    if (!place) {
        return place.error();
    }
    const auto opened = open_placed(*place);
    if (!opened) {
        return opened.error();
    }
    return read_stored(*opened);
}

void image_store::forget(std::string_view id) {
    const std::string& root = root_.native();
    for (int n = 0; n <= last_picture; ++n) {
        if (const auto place = locate(root, id, n)) {
            ::unlink(place->file.c_str());
            ::unlink(thumbnail_of(place->file).c_str());
        }
    }
    if (const auto place = locate(root, id, 0)) {
        ::unlink(renumbered_mark(*place, id).c_str());
        remove_task(place->day_directory, std::string(id));
    }
}

std::uint64_t image_store::forget_before(unix_millis now, std::chrono::milliseconds keep) {
    // A day is old when its last millisecond is.
    const unix_millis oldest_kept = now - keep.count();
    return oldest_kept <= 0 ? 0 : remove_days_before(root_.native(), oldest_kept / day_millis);
}

} // namespace imagined::store
