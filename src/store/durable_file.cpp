#include "durable_file.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/failpoint.hpp"
#include "imagined/base/plain_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace imagined::store {

namespace {

constexpr mode_t file_mode = 0644;
constexpr mode_t directory_mode = 0755;
constexpr std::size_t random_bytes = 8;
constexpr std::size_t most_remembered = 4096;
constexpr std::size_t enough_for_one_flush = 4;
constexpr std::chrono::milliseconds slow_flush{500};
constexpr std::chrono::minutes shunned_for{5};

std::string temporary_path(const std::string& directory, std::string_view name) {
    std::string path = directory + "/.";
    path += name;
    return path + '.' + random_hex(random_bytes) + ".tmp";
}

// True when the step is to fail as on a full disk.
bool fails(std::string_view step, std::string_view moment) {
    const bool armed = failpoint::hit("store.", step, moment);
    if (armed) {
        errno = ENOSPC;
    }
    return armed;
}

} // namespace

failure disk_failure(std::string_view operation, std::string_view path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    std::string text = "cannot ";
    text += operation;
    text += ' ';
    text += path;
    text += ": ";
    text += full ? "the disk is full" : std::generic_category().message(error);
    return {failure_kind::unavailable, std::move(text)};
}

file_descriptor::~file_descriptor() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

result<temporary_file> temporary_file::create(const std::string& directory, std::string_view name) {
    std::string path = temporary_path(directory, name);
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    file_descriptor file(::open(path.c_str(), flags, file_mode));
    if (!file.valid()) {
        return disk_failure("create", path, errno);
    }
    return temporary_file(std::move(path), std::move(file));
}

result<temporary_file> temporary_file::create_link(
    const std::string& source, const std::string& directory, std::string_view name
) {
    std::string path = temporary_path(directory, name);
    if (::link(source.c_str(), path.c_str()) != 0) {
        return disk_failure("link", source, errno);
    }
    return temporary_file(std::move(path), file_descriptor());
}

temporary_file::~temporary_file() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

result<void> temporary_file::write(std::string_view bytes) {
    if (fails("write", ".before")) {
        return disk_failure("write", path_, errno);
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return disk_failure("write", path_, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

result<void> temporary_file::set_changed(const timespec& when) {
    const timespec times[2] = {when, when};
    if (::futimens(file_.get(), times) != 0) {
        return disk_failure("date", path_, errno);
    }
    return {};
}

result<void> temporary_file::sync() {
    if (fails("sync", ".before") || ::fsync(file_.get()) != 0) {
        return disk_failure("sync", path_, errno);
    }
    fails("sync", ".after");
    return {};
}

void temporary_file::start_writing() const {
    ::sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
}

result<void> temporary_file::look_for_trouble() const {
    if (::sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) != 0) {
        return disk_failure("sync", path_, errno);
    }
    return {};
}

result<name_was> temporary_file::rename_to(const std::string& target) {
    if (fails("rename", ".before")) {
        return disk_failure("rename", path_, errno);
    }
    auto was = name_was::free;
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
        was = name_was::taken;
        if (::rename(path_.c_str(), target.c_str()) != 0) {
            return disk_failure("rename", path_, errno);
        }
        // Between two names of one file rename() does nothing and leaves both; else this finds
        // none.
        ::unlink(path_.c_str());
    }
    path_.clear();
    fails("rename", ".after");
    return was;
}

result<struct stat> temporary_file::status() const {
    struct stat found{};
    if (::fstat(file_.get(), &found) != 0) {
        return disk_failure("examine", path_, errno);
    }
    return found;
}

bool shared_flush::is_quick() const {
    return std::chrono::steady_clock::now() >= slow_until_.load();
}

result<void> shared_flush::sync_file_system(const temporary_file& with) {
    const auto began = std::chrono::steady_clock::now();
    if (fails("sync", ".before") || ::syncfs(with.file_.get()) != 0) {
        return disk_failure("sync", with.path_, errno);
    }
    fails("sync", ".after");
    const auto now = std::chrono::steady_clock::now();
    if (now - began > slow_flush) {
        slow_until_ = now + shunned_for;
    }
    return {};
}

std::vector<result<void>> shared_flush::sync(const std::vector<temporary_file*>& files) {
    std::vector<result<void>> done;
    if (files.size() >= enough_for_one_flush && is_quick()) {
        const auto all = sync_file_system(*files.front());
        for (const auto* file : files) {
            // Linux before 5.8 keeps quiet about bytes that could not be written.
            done.push_back(all ? file->look_for_trouble() : all);
        }
        return done;
    }
    if (files.size() > 1) {
        for (const auto* file : files) {
            file->start_writing();
        }
    }
    for (auto* file : files) {
        done.push_back(file->sync());
    }
    return done;
}

bool link_to_free(const std::string& source, const std::string& target) {
    return ::link(source.c_str(), target.c_str()) == 0;
}

result<void> sync_directory(const std::string& directory) {
    const file_descriptor opened(open_plain_directory(directory));
    if (!opened.valid() || fails("directory_sync", ".before") || ::fsync(opened.get()) != 0) {
        return disk_failure("sync", directory, errno);
    }
    fails("directory_sync", ".after");
    return {};
}

result<void> directory_maker::make(const std::string& directory) {
    if (::mkdir(directory.c_str(), directory_mode) == 0) {
        const std::lock_guard lock(mutex_);
        durable_.erase(directory); // that was one which somebody has removed since
        return {};
    }
    return errno == EEXIST ? result<void>() : disk_failure("create", directory, errno);
}

// Whoever made it: its maker may not have come here yet, or have died before doing so.
result<void> directory_maker::settle(const std::string& directory) {
    {
        const std::lock_guard lock(mutex_);
        if (durable_.contains(directory)) {
            return {};
        }
    }
    const auto parent = std::filesystem::path(directory).parent_path();
    auto synced = sync_directory(parent.empty() ? "." : parent.string());
    if (synced) {
        const std::lock_guard lock(mutex_);
        if (durable_.size() >= most_remembered) {
            durable_.clear();
        }
        durable_.insert(directory);
    }
    return synced;
}

} // namespace imagined::store
