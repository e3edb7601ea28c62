// Walking over the parts that picture files are made of, by their stated lengths alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace imagined::store {

struct file_part {
    std::string_view name; // "eXIf", "EXIF"; of a JPEG segment its marker byte
    std::string_view data; // shorter than stated where the file ends in it
    bool cut = false;
};

// Each takes the next part off `rest`; nullopt at the end. `rest` begins behind the signature: of a
// PNG after 8 bytes, of a WebP after 12, of a JPEG after 2. A JPEG's segments end at its first
// scan.
std::optional<file_part> take_png_chunk(std::string_view& rest);
std::optional<file_part> take_riff_chunk(std::string_view& rest);
std::optional<file_part> take_jpeg_segment(std::string_view& rest);

inline constexpr std::size_t png_signature_bytes = 8;
inline constexpr std::size_t riff_header_bytes = 12;
inline constexpr std::size_t jpeg_signature_bytes = 2;

std::uint64_t big_endian(std::string_view bytes);
std::uint64_t little_endian(std::string_view bytes);

} // namespace imagined::store
