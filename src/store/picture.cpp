#include "imagined/store/picture.hpp"

#include "codec.hpp"
#include "scale.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

// Thumbnails are looked at for a moment and loaded by the dozen.
constexpr int thumbnail_quality = 85;

bool is_complete(const bitmap& pixels) {
    const std::size_t bytes = std::size_t{pixels.width} * pixels.height * rgb_channels;
    return bytes > 0 && pixels.rgb.size() == bytes;
}

result<bitmap> decode_known(std::string_view bytes, const picture_info& info) {
    bitmap pixels = make_bitmap(info.width, info.height, 255);
    if (auto done = decode_into(bytes, info, area_of(pixels)); !done) {
        return std::move(done).error();
    }
    return pixels;
}

result<bitmap>
shrink(std::string_view bytes, const picture_info& info, const picture_size& wanted) {
    auto whole = info.format == picture_format::jpeg ? decode_jpeg_reduced(bytes, info, wanted)
                                                     : decode_known(bytes, info);
    if (!whole || (whole->width == wanted.width && whole->height == wanted.height)) {
        return whole;
    }
    bitmap small = make_bitmap(wanted.width, wanted.height, 255);
    scale(area_of(*whole), area_of(small));
    return small;
}

} // namespace

std::string_view media_type(picture_format format) {
    switch (format) {
    case picture_format::png:
        return "image/png";
    case picture_format::jpeg:
        return "image/jpeg";
    case picture_format::webp:
        return "image/webp";
    }
    return "application/octet-stream";
}

std::string_view extension(picture_format format) {
    switch (format) {
    case picture_format::png:
        return "png";
    case picture_format::jpeg:
        return "jpg";
    case picture_format::webp:
        return "webp";
    }
    return "bin";
}

result<picture_info> drawable_header(std::string_view bytes) {
    const auto info = sniff(bytes);
    if (!info) {
        return failure{failure_kind::invalid, "not a PNG, JPEG or WebP picture"};
    }
    if (std::uint64_t{info->width} * info->height > max_pixels) {
        return failure{failure_kind::invalid, "the picture has too many pixels to be drawn"};
    }
    return *info;
}

result<void>
decode_into(std::string_view bytes, const picture_info& info, const pixel_area& target) {
    switch (info.format) {
    case picture_format::png:
        return decode_png(bytes, target);
    case picture_format::jpeg:
        return decode_jpeg(bytes, target);
    case picture_format::webp:
        return decode_webp(bytes, target);
    }
    return failure{failure_kind::invalid, "unknown picture format"};
}

result<std::vector<std::uint8_t>> decode_rgba(std::string_view bytes, const picture_info& info) {
    const std::size_t pixels = std::size_t{info.width} * info.height;
    std::vector<std::uint8_t> rgba(pixels * rgba_channels, 255);
    if (info.format == picture_format::png) {
        const auto done = decode_png_rgba(bytes, info, rgba);
        return done ? result<std::vector<std::uint8_t>>(std::move(rgba)) : done.error();
    }
    if (info.format == picture_format::webp) {
        const auto done = decode_webp_rgba(bytes, info, rgba);
        return done ? result<std::vector<std::uint8_t>>(std::move(rgba)) : done.error();
    }
    const auto opaque = decode_known(bytes, info);
    if (!opaque) {
        return opaque.error();
    }
    for (std::size_t i = 0; i < pixels; ++i) {
        std::copy_n(opaque->rgb.data() + i * rgb_channels, rgb_channels, &rgba[i * rgba_channels]);
    }
    return rgba;
}

result<bitmap> decode(std::string_view bytes) {
    const auto info = drawable_header(bytes);
    if (!info) {
        return info.error();
    }
    return decode_known(bytes, *info);
}

result<std::string> encode(const bitmap& pixels, picture_format format, int quality) {
    if (!is_complete(pixels) || quality < 1 || quality > 100) {
        return failure{failure_kind::invalid, "no pixels, too few of them, or no such quality"};
    }
    switch (format) {
    case picture_format::png:
        return encode_png(pixels);
    case picture_format::jpeg:
        return encode_jpeg(pixels, quality);
    case picture_format::webp:
        return encode_webp(pixels, quality);
    }
    return failure{failure_kind::invalid, "unknown picture format"};
}

result<std::string> convert(std::string bytes, picture_format to, int quality) {
    const auto info = drawable_header(bytes);
    if (!info) {
        return info.error();
    }
    if (info->format == to) {
        return bytes;
    }
    if (to == picture_format::jpeg || info->format == picture_format::jpeg) {
        const auto pixels = decode_known(bytes, *info);
        return pixels ? encode(*pixels, to, quality) : result<std::string>(pixels.error());
    }
    const auto rgba = decode_rgba(bytes, *info);
    if (!rgba) {
        return rgba.error();
    }
    return to == picture_format::png ? encode_png_rgba(info->width, info->height, *rgba)
                                     : encode_webp_rgba(info->width, info->height, *rgba, quality);
}

result<std::string> make_thumbnail(std::string_view bytes, std::uint32_t max_side) {
    const auto info = drawable_header(bytes);
    if (!info) {
        return info.error();
    }
    if (max_side == 0) {
        return failure{failure_kind::invalid, "a thumbnail needs at least one pixel"};
    }
    const bool fits = info->width <= max_side && info->height <= max_side;
    const auto pixels = fits ? decode_known(bytes, *info)
                             : shrink(bytes, *info, fitted(info->width, info->height, max_side));
    if (!pixels) {
        return pixels.error();
    }
    return encode(*pixels, picture_format::jpeg, thumbnail_quality);
}

} // namespace imagined::store
