// EXIF is a small TIFF file inside a picture; of all that it may say only the orientation counts
// here. Everything in it is a stranger's, so every offset is checked.
#include "imagined/store/intake.hpp"

#include "chunks.hpp"

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view exif_prefix = "Exif\0\0"sv;
constexpr int upright_already = 1;

int orientation_in_tiff(std::string_view tiff) {
    constexpr std::size_t header_bytes = 8;
    constexpr std::size_t entry_bytes = 12;
    constexpr std::uint64_t orientation_tag = 0x0112;
    constexpr std::uint64_t short_type = 3;
    constexpr std::uint64_t long_type = 4;
    if (tiff.starts_with(exif_prefix)) {
        tiff.remove_prefix(exif_prefix.size());
    }
    const bool big = tiff.starts_with("MM\0*"sv);
    if (tiff.size() < header_bytes || (!big && !tiff.starts_with("II*\0"sv))) {
        return upright_already;
    }
    const auto number = [&](std::size_t at, std::size_t size) {
        const auto bytes = tiff.substr(at, size);
        return big ? big_endian(bytes) : little_endian(bytes);
    };
    const std::uint64_t directory = number(4, 4);
    if (directory > tiff.size() - 2) {
        return upright_already;
    }
    const std::uint64_t count = number(directory, 2);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t entry = directory + 2 + i * entry_bytes;
        if (entry + entry_bytes > tiff.size()) {
            break;
        }
        if (number(entry, 2) != orientation_tag) {
            continue;
        }
        const std::uint64_t type = number(entry + 2, 2);
        if (type != short_type && type != long_type) {
            break;
        }
        const std::uint64_t told = number(entry + 8, type == short_type ? 2 : 4);
        return told >= 1 && told <= 8 ? static_cast<int>(told) : upright_already;
    }
    return upright_already;
}

int orientation_in(
    std::string_view rest,
    std::optional<file_part> (*take)(std::string_view&),
    std::string_view name,
    std::string_view prefix
) {
    while (const auto part = take(rest)) {
        if (part->name == name && part->data.starts_with(prefix)) {
            return orientation_in_tiff(part->data);
        }
    }
    return upright_already;
}

} // namespace

int orientation_of(std::string_view bytes) {
    const auto info = sniff(bytes);
    if (!info) {
        return upright_already;
    }
    switch (info->format) {
    case picture_format::jpeg:
        bytes.remove_prefix(jpeg_signature_bytes);
        return orientation_in(bytes, take_jpeg_segment, "\xe1", exif_prefix);
    case picture_format::png:
        bytes.remove_prefix(png_signature_bytes);
        return orientation_in(bytes, take_png_chunk, "eXIf", "");
    case picture_format::webp:
        bytes.remove_prefix(riff_header_bytes);
        return orientation_in(bytes, take_riff_chunk, "EXIF", "");
    }
    return upright_already;
}

} // namespace imagined::store
