#include "imagined/backend/picture_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace imagined::backend {

namespace {

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) {
        value = value * 256 + static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(value);
}

int little_endian(std::string_view bytes) {
    std::string reversed(bytes.rbegin(), bytes.rend());
    return static_cast<int>(big_endian(reversed));
}

std::optional<pixel_size> jpeg_size(std::string_view bytes) {
    std::size_t at = 2;
    while (at + 9 <= bytes.size() && static_cast<unsigned char>(bytes[at]) == 0xff) {
        const auto marker = static_cast<unsigned char>(bytes[at + 1]);
        const bool frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame) {
            return pixel_size{
                static_cast<int>(big_endian(bytes.substr(at + 7, 2))),
                static_cast<int>(big_endian(bytes.substr(at + 5, 2)))
            };
        }
        at += 2 + static_cast<std::size_t>(big_endian(bytes.substr(at + 2, 2)));
    }
    return std::nullopt;
}

std::optional<pixel_size> webp_size(std::string_view bytes) {
    if (bytes.size() < 30) {
        return std::nullopt;
    }
    const auto kind = bytes.substr(12, 4);
    if (kind == "VP8X") {
        return pixel_size{
            little_endian(bytes.substr(24, 3)) + 1, little_endian(bytes.substr(27, 3)) + 1
        };
    }
    if (kind == "VP8L") {
        const auto bits =
            static_cast<unsigned>(big_endian(std::string{bytes[24], bytes[23], bytes[22], bytes[21]}
            ));
        return pixel_size{
            static_cast<int>(bits & 0x3fffU) + 1, static_cast<int>(bits >> 14U & 0x3fffU) + 1
        };
    }
    return pixel_size{
        little_endian(bytes.substr(26, 2)) & 0x3fff, little_endian(bytes.substr(28, 2)) & 0x3fff
    };
}

} // namespace

std::string_view picture_type(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) {
        return "image/png";
    }
    if (bytes.starts_with("\xff\xd8\xff"sv)) {
        return "image/jpeg";
    }
    if (bytes.size() >= 12 && bytes.starts_with("RIFF"sv) && bytes.substr(8, 4) == "WEBP"sv) {
        return "image/webp";
    }
    return "";
}

std::optional<pixel_size> size_of_picture(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv) && bytes.size() >= 24) {
        return pixel_size{
            static_cast<int>(big_endian(bytes.substr(16, 4)) & 0x7fffffff),
            static_cast<int>(big_endian(bytes.substr(20, 4)) & 0x7fffffff)
        };
    }
    if (bytes.starts_with("\xff\xd8\xff"sv)) {
        return jpeg_size(bytes);
    }
    if (bytes.starts_with("RIFF"sv)) {
        return webp_size(bytes);
    }
    return std::nullopt;
}

} // namespace imagined::backend
