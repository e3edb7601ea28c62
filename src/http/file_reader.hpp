// Reads a file_slice piece by piece, so that a large picture is never whole in memory.
#pragma once

#include "imagined/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace imagined::http {

class file_reader {
public:
    // nullopt when the file cannot be opened or is shorter than the slice.
    static std::optional<file_reader> open(const file_slice& slice);

    file_reader(file_reader&& other) noexcept;
    file_reader& operator=(file_reader&& other) noexcept;
    ~file_reader();

    std::uint64_t left() const { return left_; }

    // Fills `piece` with the next bytes, at most 128 KiB; false when the file cannot be read or has
    // become shorter.
    bool next(std::string& piece);

private:
    file_reader(int fd, std::uint64_t offset, std::uint64_t length)
        : fd_(fd), offset_(offset), left_(length) {}

    int fd_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

} // namespace imagined::http
