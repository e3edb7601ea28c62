// The steps by which a file appears on disk at once and for good: a temporary file, its bytes, its
// fsync, the rename, the fsync of the directory. Each step fails with `unavailable` and says which
// it was; a temporary file that was not renamed disappears with its object.
#pragma once

#include "imagined/base/failure.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace imagined::store {

// "cannot write /…/1: the disk is full"
failure disk_failure(std::string_view operation, std::string_view path, int error);

class file_descriptor {
public:
    file_descriptor() = default;

    explicit file_descriptor(int fd) : fd_(fd) {}

    file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~file_descriptor();

    int get() const { return fd_; }

    bool valid() const { return fd_ >= 0; }

    // Gives the descriptor away.
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_ = -1;
};

// What a name was before a file was given it.
enum class name_was { free, taken };

class temporary_file {
public:
    // ".<name>.<random>.tmp" in `directory`; a name is never used twice.
    static result<temporary_file> create(const std::string& directory, std::string_view name);
    // The same, as one more name of the existing file `source`.
    static result<temporary_file>
    create_link(const std::string& source, const std::string& directory, std::string_view name);

    temporary_file(temporary_file&& other) noexcept
        : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}

    temporary_file& operator=(temporary_file&&) = delete;
    ~temporary_file();

    result<void> write(std::string_view bytes);
    result<void> set_changed(const timespec& when);
    // Asks for its bytes to be written, and does not wait.
    void start_writing() const;
    result<void> sync();
    // What went wrong with its bytes since it was opened, once they are written.
    result<void> look_for_trouble() const;
    // Replaces `target` atomically. `taken` as well where the file system cannot tell.
    result<name_was> rename_to(const std::string& target);
    result<struct stat> status() const;

private:
    friend class shared_flush;

    temporary_file(std::string path, file_descriptor file)
        : path_(std::move(path)), file_(std::move(file)) {}

    std::string path_; // empty once there is nothing to remove
    file_descriptor file_;
};

// Makes the bytes of several files durable, with one flush where they are many: it costs about the
// same however much it flushes. It is one of the whole file system, and so waits for what others
// are writing there as well; while that takes long, files are flushed one by one. Usable from any
// thread.
class shared_flush {
public:
    // One result a file: durable, or why not. All are on one file system.
    std::vector<result<void>> sync(const std::vector<temporary_file*>& files);

private:
    bool is_quick() const;
    result<void> sync_file_system(const temporary_file& with);

    std::atomic<std::chrono::steady_clock::time_point> slow_until_{};
};

// One more name for the file `source`, if it is free and the file system can. False: nothing is
// done.
bool link_to_free(const std::string& source, const std::string& target);

result<void> sync_directory(const std::string& directory);

// Creates directories whose entries survive a power cut. Remembers what it has made durable, since
// another fsync of a clean directory still flushes the disk's cache. Usable from any thread.
class directory_maker {
public:
    // Afterwards `directory` exists in its parent, which must exist; durable is it by settle().
    result<void> make(const std::string& directory);
    // Afterwards `directory` is durable in its parent.
    result<void> settle(const std::string& directory);

private:
    std::mutex mutex_;
    std::unordered_set<std::string> durable_;
};

} // namespace imagined::store
