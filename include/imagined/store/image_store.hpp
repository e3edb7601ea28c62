// Pictures on disk, shared by all processes of one data.dir:
//   <root>/<day>/<hour>/<task id>.<n>     picture n as the backend sent it, byte for byte; 0 is the
//   grid <root>/<day>/<hour>/<task id>.<n>.t   its thumbnail, made on demand
// <day> and <hour> are the id's (days since the epoch; 00 to 23, UTC), so retention removes whole
// days and no index is needed. Version 0.1 wrote <root>/<day>/<task id>/<n>, which is read, linked,
// renumbered and removed as before. Ids are validated here: nothing that a client sends can name a
// path outside the root. All calls block on disk: run them on an offload_pool.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/store/picture.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::store {

struct stored_picture {
    std::string path;
    std::uint64_t bytes = 0;
    picture_info info;        // sniffed from the stored bytes
    std::int64_t changed = 0; // mtime in nanoseconds, for the ETag
};

struct new_picture {
    std::string_view id;
    int n = 0;
    std::string_view bytes;
    bool shown = false; // it is to be picture 0 as well, what the task shows
};

class shared_flush;
class directory_maker;

// Usable from any thread, and by any number of processes on one root.
class image_store {
public:
    // Creates `root` if need be. Throws std::runtime_error naming it when it cannot be written.
    explicit image_store(const std::filesystem::path& root);
    image_store(const image_store&) = delete;
    image_store& operator=(const image_store&) = delete;
    ~image_store();

    // True once this returns ok, the picture is durable: written to a temporary file, fsynced,
    // renamed, directories fsynced. An existing picture of that name is replaced atomically; a new
    // one that cannot be made durable is not there afterwards.
    // Fails with `invalid` (id or n not well-formed, not a picture, or one whose header does not
    // end within the first MiB), `unavailable` (disk full, I/O).
    result<stored_picture> put(std::string_view id, int n, std::string_view bytes);

    // The same for several pictures, which share their flushes; one result each, in their order.
    std::vector<result<stored_picture>> put_all(const std::vector<new_picture>& pictures);

    // Makes picture `n` of `id` the same as `from_n` of `from_id` (hard link, else copy). Durable.
    // `not_found` if the source is missing, else fails as put() does.
    result<stored_picture> link(std::string_view from_id, int from_n, std::string_view id, int n);

    // `not_found` if there is none, `invalid` if id or n cannot name one, `corrupt` if what is
    // there is not a picture.
    result<stored_picture> find(std::string_view id, int n) const;

    // Like find(), for the thumbnail (at most 512 pixels a side); makes it if need be
    // and fails then as make_thumbnail() and put() do. Has the picture's `changed`.
    result<stored_picture> find_thumbnail(std::string_view id, int n);

    result<std::string> read(std::string_view id, int n) const;

    // Removes all pictures of one task, if it has any. Nothing may be adding to them.
    void forget(std::string_view id);

    // Removes the days which ended `keep` before `now` or earlier, with all that is in them.
    // Returns the number of pictures removed. Never follows a symbolic link.
    std::uint64_t forget_before(unix_millis now, std::chrono::milliseconds keep);

    const std::filesystem::path& root() const { return root_; }

private:
    std::filesystem::path root_;
    std::unique_ptr<directory_maker> directories_;
    std::unique_ptr<shared_flush> contents_;
};

// An id is 16 decimal digits, a picture number 0..99.
bool is_task_id(std::string_view text);

} // namespace imagined::store
