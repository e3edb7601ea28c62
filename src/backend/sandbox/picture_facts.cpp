// What is known of a picture without drawing or decoding it: its word in a link, its stated size.
#include "sandbox/drawing.hpp"

#include "imagined/base/bytes.hpp"

#include <algorithm>

namespace imagined::backend {

namespace {

constexpr std::size_t fixed_bytes = 17; // width, height, seed, index, base

void put(std::string& out, std::int64_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift));
    }
}

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

std::string to_word(const drawing& what) {
    std::string bytes;
    put(bytes, what.width, 2);
    put(bytes, what.height, 2);
    put(bytes, what.seed, 4);
    put(bytes, what.index, 1);
    put(bytes, static_cast<std::int64_t>(what.base), 8);
    std::size_t end = std::min(what.text.size(), max_drawn_text);
    while (end < what.text.size() && end > 0
           && (static_cast<unsigned char>(what.text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    bytes += what.text.substr(0, end);
    std::string word = to_base64(bytes);
    std::replace(word.begin(), word.end(), '+', '-');
    std::replace(word.begin(), word.end(), '/', '_');
    word.erase(std::find(word.begin(), word.end(), '='), word.end());
    return word;
}

std::optional<drawing> drawing_from_word(std::string_view word) {
    const auto bytes = from_base64(word);
    if (!bytes || bytes->size() < fixed_bytes) {
        return std::nullopt;
    }
    const std::string_view all(*bytes);
    drawing read;
    read.width = static_cast<int>(big_endian(all.substr(0, 2)));
    read.height = static_cast<int>(big_endian(all.substr(2, 2)));
    read.seed = big_endian(all.substr(4, 4));
    read.index = static_cast<int>(big_endian(all.substr(8, 1)));
    read.base = static_cast<std::uint64_t>(big_endian(all.substr(9, 8)));
    read.text = std::string(all.substr(fixed_bytes));
    return read;
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
