#include "imagined/store/picture.hpp"

#include <webp/decode.h>

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view png_start = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv;
constexpr std::size_t png_header_bytes = 8 + 8 + 13 + 4; // signature, IHDR's head, body and CRC

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

std::optional<picture_info>
non_empty(picture_format format, std::uint32_t width, std::uint32_t height) {
    if (width == 0 || height == 0) {
        return std::nullopt;
    }
    return picture_info{format, width, height};
}

std::optional<picture_info> sniff_png(std::string_view bytes) {
    constexpr std::uint32_t largest_side = 0x7fffffff;
    if (bytes.size() < png_header_bytes || !bytes.starts_with(png_start)) {
        return std::nullopt;
    }
    const std::uint32_t width = big_endian(bytes, 16, 4);
    const std::uint32_t height = big_endian(bytes, 20, 4);
    if (width > largest_side || height > largest_side) {
        return std::nullopt;
    }
    return non_empty(picture_format::png, width, height);
}

// The frame headers that decoders understand: baseline, extended, progressive, and the arithmetic
// forms of the last two. Lossless and hierarchical JPEG are shown by no client.
bool is_frame_header(unsigned char marker) {
    return (marker >= 0xc0 && marker <= 0xc2) || marker == 0xc9 || marker == 0xca;
}

bool has_no_length(unsigned char marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

std::optional<picture_info> sniff_jpeg(std::string_view bytes) {
    constexpr unsigned char start_of_scan = 0xda;
    constexpr unsigned char end_of_image = 0xd9;
    constexpr std::size_t frame_bytes = 7; // length, precision, height, width
    if (!bytes.starts_with("\xff\xd8\xff"sv)) {
        return std::nullopt;
    }
    std::size_t at = 2;
    while (at + 1 < bytes.size()) {
        const auto lead = static_cast<unsigned char>(bytes[at]);
        const auto marker = static_cast<unsigned char>(bytes[at + 1]);
        if (lead != 0xff) {
            return std::nullopt;
        }
        if (marker == 0xff) { // fill byte
            ++at;
            continue;
        }
        at += 2;
        if (has_no_length(marker)) {
            continue;
        }
        if (marker == start_of_scan || marker == end_of_image || at + 2 > bytes.size()) {
            return std::nullopt;
        }
        if (is_frame_header(marker)) {
            if (at + frame_bytes > bytes.size()) {
                return std::nullopt;
            }
            return non_empty(
                picture_format::jpeg, big_endian(bytes, at + 5, 2), big_endian(bytes, at + 3, 2)
            );
        }
        // A length below 2 leads back into itself, where no marker starts: the walk ends there.
        at += big_endian(bytes, at, 2);
    }
    return std::nullopt;
}

std::optional<picture_info> sniff_webp(std::string_view bytes) {
    // libwebp would also take a bare VP8 stream, which no client shows.
    if (bytes.size() < 16 || !bytes.starts_with("RIFF"sv) || bytes.substr(8, 4) != "WEBP"sv) {
        return std::nullopt;
    }
    WebPBitstreamFeatures features;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) {
        return std::nullopt;
    }
    return non_empty(
        picture_format::webp,
        static_cast<std::uint32_t>(features.width),
        static_cast<std::uint32_t>(features.height)
    );
}

} // namespace

std::optional<picture_info> sniff(std::string_view bytes) {
    if (bytes.empty()) {
        return std::nullopt;
    }
    switch (bytes.front()) {
    case '\x89':
        return sniff_png(bytes);
    case '\xff':
        return sniff_jpeg(bytes);
    case 'R':
        return sniff_webp(bytes);
    default:
        return std::nullopt;
    }
}

} // namespace imagined::store
