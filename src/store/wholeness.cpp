#include "imagined/store/intake.hpp"

#include "chunks.hpp"
#include "codec.hpp"

namespace imagined::store {

namespace {

// Up to here a whole picture in memory costs less than reading it row by row.
constexpr std::uint64_t small_pixels = 4ULL * 1024 * 1024;

// Decoders do without the end mark's checksum.
bool ends_whole(std::string_view png) {
    png.remove_prefix(png_signature_bytes);
    while (const auto part = take_png_chunk(png)) {
        if (part->name == "IEND") {
            return !part->cut;
        }
    }
    return false;
}

result<void> check_png(std::string_view bytes, const picture_info& info) {
    if (!ends_whole(bytes)) {
        return failure{failure_kind::corrupt, "png: truncated"};
    }
    if (std::uint64_t{info.width} * info.height <= small_pixels) {
        bitmap pixels = make_bitmap(info.width, info.height, 255);
        return decode_png(bytes, area_of(pixels));
    }
    return check_png_rows(bytes, info);
}

// The smallest decode still reads every code of every scan, which is where a cut shows.
result<void> check_jpeg(std::string_view bytes, const picture_info& info) {
    const auto pixels = decode_jpeg_reduced(bytes, info, {1, 1});
    return pixels ? result<void>() : pixels.error();
}

result<void> check_webp(std::string_view bytes) {
    constexpr std::size_t counted_from = 8; // RIFF's length counts what follows it
    const failure cut{failure_kind::corrupt, "webp: truncated"};
    const std::uint64_t stated = little_endian(bytes.substr(4, 4)) + counted_from;
    if (bytes.size() < stated || stated < riff_header_bytes) {
        return cut;
    }
    std::string_view rest = bytes.substr(riff_header_bytes, stated - riff_header_bytes);
    while (const auto part = take_riff_chunk(rest)) {
        if (part->cut) {
            return cut;
        }
    }
    return {};
}

} // namespace

result<void> check_whole(std::string_view bytes) {
    const auto info = drawable_header(bytes);
    if (!info) {
        return info.error();
    }
    switch (info->format) {
    case picture_format::png:
        return check_png(bytes, *info);
    case picture_format::jpeg:
        return check_jpeg(bytes, *info);
    case picture_format::webp:
        return check_webp(bytes);
    }
    return {};
}

} // namespace imagined::store
