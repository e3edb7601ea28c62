#include "chunks.hpp"

#include <algorithm>

namespace imagined::store {

namespace {

// What belongs to a part behind its data.
struct tail {
    std::size_t bytes;
    bool may_be_missing; // at the end of the file
};

// `length` bytes of data behind a head of `head` bytes, and the tail.
file_part cut_off(
    std::string_view& rest, std::string_view name, std::size_t head, std::uint64_t length, tail end
) {
    file_part part{name, rest.substr(std::min(head, rest.size())), false};
    part.cut = part.data.size() < length + (end.may_be_missing ? 0 : end.bytes);
    part.data = part.data.substr(0, std::min<std::uint64_t>(length, part.data.size()));
    rest.remove_prefix(std::min<std::uint64_t>(head + length + end.bytes, rest.size()));
    return part;
}

bool stands_alone(unsigned char marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

} // namespace

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) {
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (auto c = bytes.rbegin(); c != bytes.rend(); ++c) {
        value = value << 8 | static_cast<unsigned char>(*c);
    }
    return value;
}

std::optional<file_part> take_png_chunk(std::string_view& rest) {
    constexpr std::size_t head = 8;
    constexpr std::size_t checksum = 4;
    if (rest.size() < head) {
        return std::nullopt;
    }
    return cut_off(rest, rest.substr(4, 4), head, big_endian(rest.substr(0, 4)), {checksum, false});
}

std::optional<file_part> take_riff_chunk(std::string_view& rest) {
    constexpr std::size_t head = 8;
    if (rest.size() < head) {
        return std::nullopt;
    }
    const std::uint64_t length = little_endian(rest.substr(4, 4));
    return cut_off(rest, rest.substr(0, 4), head, length, {length % 2, true});
}

std::optional<file_part> take_jpeg_segment(std::string_view& rest) {
    constexpr unsigned char start_of_scan = 0xda;
    constexpr unsigned char end_of_image = 0xd9;
    while (rest.size() >= 4 && rest[0] == '\xff') {
        const auto marker = static_cast<unsigned char>(rest[1]);
        if (marker == 0xff) { // fill byte
            rest.remove_prefix(1);
        } else if (stands_alone(marker)) {
            rest.remove_prefix(2);
        } else if (marker == start_of_scan || marker == end_of_image) {
            return std::nullopt;
        } else {
            const std::uint64_t length = big_endian(rest.substr(2, 2));
            return length < 2
                       ? std::nullopt
                       : std::optional(cut_off(rest, rest.substr(1, 1), 4, length - 2, {0, false}));
        }
    }
    return std::nullopt;
}

} // namespace imagined::store
