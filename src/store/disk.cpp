#include "imagined/store/disk.hpp"

#include "durable_file.hpp"

#include "imagined/base/bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace imagined::store {

namespace {

constexpr milliseconds glance_lifetime{50};
constexpr std::size_t trial_bytes = 4096;

std::string megabytes(std::uint64_t bytes) {
    constexpr double bytes_each = 1e6;
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / bytes_each);
}

} // namespace

disk_look glance_at_disk(const std::filesystem::path& directory) {
    struct statvfs found{};
    if (::statvfs(directory.c_str(), &found) != 0) {
        return {0, disk_failure("examine", directory.string(), errno).detail};
    }
    return {std::uint64_t{found.f_bavail} * found.f_frsize, ""};
}

disk_look try_disk(const std::filesystem::path& directory) {
    auto seen = glance_at_disk(directory);
    if (!seen.trouble.empty() || seen.free_bytes < full_below) {
        return seen; // what is left is not taken away, be it for a moment
    }
    const std::string path = (directory / (".trial." + random_hex(8) + ".tmp")).string();
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    const file_descriptor file(::open(path.c_str(), flags, S_IRUSR | S_IWUSR));
    if (!file.valid()) {
        seen.trouble = disk_failure("create a file in", directory.string(), errno).detail;
        return seen;
    }
    constexpr std::array<char, trial_bytes> nothing{};
    const ssize_t written = ::write(file.get(), nothing.data(), nothing.size());
    if (written != static_cast<ssize_t>(nothing.size())) {
        const int reason = written < 0 ? errno : ENOSPC;
        seen.trouble = disk_failure("write to", directory.string(), reason).detail;
    }
    ::unlink(path.c_str());
    return seen;
}

void disk_state::note_room(std::uint64_t free_bytes) {
    free_ = free_bytes;
    full_ = free_ < (full_ ? full_until : full_below);
}

void disk_state::note_trial(const disk_look& seen) {
    note_room(seen.free_bytes);
    trouble_ = seen.trouble;
}

void disk_state::note_glance(const disk_look& seen) {
    note_room(seen.free_bytes);
    if (!seen.trouble.empty()) {
        trouble_ = seen.trouble;
    }
}

std::string disk_state::sentence() const {
    if (!trouble_.empty()) {
        return "data.dir: " + trouble_;
    }
    if (full_) {
        return fmt::format("data.dir: the disk is full: {} are free", megabytes(free_));
    }
    if (free_ < min_free_) {
        return fmt::format(
            "data.dir: {} are free, less than data.min_free ({}): no paid call starts here",
            megabytes(free_),
            megabytes(min_free_)
        );
    }
    return "";
}

disk_watch::disk_watch(
    std::filesystem::path directory, std::uint64_t min_free, std::uint64_t spared
)
    : directory_(std::move(directory)), spared_(spared), state_(min_free) {
    state_.note_trial(try_disk(directory_));
    looked_ = std::chrono::steady_clock::now();
}

awaitable<> disk_watch::refresh() {
    if (std::chrono::steady_clock::now() - looked_ < glance_lifetime) {
        co_return;
    }
    auto look = [directory = directory_] { return glance_at_disk(directory); };
    const auto seen = co_await pool_.run(std::move(look));
    if (seen) {
        state_.note_glance(*seen);
        looked_ = std::chrono::steady_clock::now();
    }
}

awaitable<bool> disk_watch::has_room() {
    co_await refresh();
    co_return state_.has_room();
}

awaitable<bool> disk_watch::can_take(std::uint64_t bytes) {
    co_await refresh();
    co_return state_.usable() && state_.free_bytes() >= spared_ + bytes;
}

awaitable<> disk_watch::try_it() {
    auto look = [directory = directory_] { return try_disk(directory); };
    const auto seen = co_await pool_.run(std::move(look));
    if (seen) {
        state_.note_trial(*seen);
        looked_ = std::chrono::steady_clock::now();
    }
}

} // namespace imagined::store
