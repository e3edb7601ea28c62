#include "stored_file.hpp"

#include "imagined/base/plain_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace imagined::store {

namespace {

// Enough for PNG, WebP and the JPEG of every encoder that adds no profile.
constexpr std::size_t first_read = std::size_t{4} * 1024;
constexpr std::size_t second_read = std::size_t{64} * 1024;

// Fills `bytes` from the start of the file; they become shorter if the file is.
result<void> read_start(int fd, const std::string& path, std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got =
            ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return disk_failure("read", path, errno);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return {};
}

// Widens the view only for pictures whose header lies further in; that is rare.
result<picture_info> sniff_file(int fd, const std::string& path, std::size_t size) {
    std::string start;
    for (const std::size_t wanted : {first_read, second_read, header_limit}) {
        start.resize(std::min(wanted, size));
        if (auto done = read_start(fd, path, start); !done) {
            return std::move(done).error();
        }
        if (const auto info = sniff(start)) {
            return *info;
        }
        if (start.size() < wanted) {
            break;
        }
    }
    return failure{failure_kind::corrupt, path + " is not a picture"};
}

} // namespace

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

result<open_picture> open_stored(const std::string& path) {
    open_picture opened;
    opened.file = file_descriptor(open_plain_file(path, symbolic_links::refused));
    if (!opened.file.valid()) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return failure{failure_kind::not_found, "there is no such picture"};
        }
        // Of a socket ENXIO is told.
        if (errno == EINVAL || errno == ELOOP || errno == ENXIO) {
            return failure{failure_kind::corrupt, path + " is not a file"};
        }
        return disk_failure("open", path, errno);
    }
    struct stat found{};
    if (::fstat(opened.file.get(), &found) != 0) {
        return disk_failure("examine", path, errno);
    }
    const auto size = static_cast<std::size_t>(found.st_size);
    const auto info = sniff_file(opened.file.get(), path, size);
    if (!info) {
        return info.error();
    }
    opened.picture = {path, size, *info, nanoseconds(found.st_mtim)};
    opened.changed = found.st_mtim;
    return opened;
}

result<std::string> read_stored(const open_picture& opened) {
    std::string bytes(opened.picture.bytes, '\0');
    if (auto done = read_start(opened.file.get(), opened.picture.path, bytes); !done) {
        return std::move(done).error();
    }
    if (bytes.size() != opened.picture.bytes) {
        return failure{failure_kind::corrupt, opened.picture.path + " is shorter than it was"};
    }
    return bytes;
}

} // namespace imagined::store
