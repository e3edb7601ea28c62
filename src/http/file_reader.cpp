#include "file_reader.hpp"

#include "imagined/base/plain_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace imagined::http {

namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{128} * 1024;

} // namespace

std::optional<file_reader> file_reader::open(const file_slice& slice) {
    const int fd = open_plain_file(slice.path, symbolic_links::refused);
    if (fd < 0) {
        return std::nullopt;
    }
    file_reader reader(fd, slice.offset, slice.length);
    struct stat found{};
    if (::fstat(fd, &found) != 0) {
        return std::nullopt;
    }
    const auto size = static_cast<std::uint64_t>(found.st_size);
    if (slice.offset > size || slice.length > size - slice.offset) {
        return std::nullopt;
    }
    return reader;
}

file_reader::file_reader(file_reader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), offset_(other.offset_), left_(other.left_) {}

file_reader& file_reader::operator=(file_reader&& other) noexcept {
    std::swap(fd_, other.fd_);
    offset_ = other.offset_;
    left_ = other.left_;
    return *this;
}

file_reader::~file_reader() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

bool file_reader::next(std::string& piece) {
    piece.resize(static_cast<std::size_t>(std::min(left_, piece_bytes)));
    ssize_t count = 0;
    do {
        count = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(offset_));
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        return false;
    }
    piece.resize(static_cast<std::size_t>(count));
    offset_ += piece.size();
    left_ -= piece.size();
    return true;
}

} // namespace imagined::http
