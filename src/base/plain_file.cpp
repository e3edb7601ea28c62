#include "imagined/base/plain_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace imagined {

namespace {

int open_without_links(const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_NO_SYMLINKS;
    const long fd = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how));
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
        return static_cast<int>(fd);
    }
    // A kernel before 5.6, or a container that forbids what it does not know.
    return ::open(path.c_str(), flags | O_NOFOLLOW);
}

} // namespace

int open_plain_file(const std::string& path, symbolic_links links) {
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const int fd = links == symbolic_links::refused ? open_without_links(path, flags)
                                                    : ::open(path.c_str(), flags);
    if (fd < 0) {
        return fd;
    }
    struct stat found{};
    const bool examined = ::fstat(fd, &found) == 0;
    if (!examined || !S_ISREG(found.st_mode)) {
        const int reason = examined ? EINVAL : errno;
        ::close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

int open_plain_directory(const std::string& path) {
    return open_without_links(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

} // namespace imagined
