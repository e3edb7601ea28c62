#include "imagined/store/intake.hpp"

#include "codec.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

constexpr int plain_orientation = 1;
// Alpha is rare in what has an orientation at all, and takes a third more memory.
constexpr std::uint64_t max_alpha_pixels = 16ULL * 1024 * 1024;
// From the first on: a picture that just fitted must fit again.
constexpr std::array qualities{95, 90, 80, 70};

struct raster {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> bytes;
};

// Where a stored picture's columns and rows are shown (TIFF 6.0, tag 274): rows become columns from
// 5 on.
struct turn {
    bool transposed;
    bool from_right;  // the stored picture is walked over from its right edge
    bool from_bottom; // and from its lower one
};

turn turn_of(int orientation) {
    constexpr std::array<turn, 9> turns{{
        {false, false, false},
        {false, false, false},
        {false, true, false}, // mirrored
        {false, true, true},  // upside down
        {false, false, true}, // mirrored, upside down
        {true, false, false}, // mirrored along the diagonal
        {true, false, true},  // a quarter to the right
        {true, true, true},   // mirrored along the other diagonal
        {true, true, false},  // a quarter to the left
    }};
    return turns.at(static_cast<std::size_t>(orientation));
}

raster turned(const raster& stored, std::size_t channels, int orientation) {
    const turn how = turn_of(orientation);
    raster shown{stored.width, stored.height, std::vector<std::uint8_t>(stored.bytes.size())};
    if (how.transposed) {
        std::swap(shown.width, shown.height);
    }
    const std::size_t stride = stored.width * channels;
    auto out = shown.bytes.begin();
    for (std::uint32_t y = 0; y < shown.height; ++y) {
        for (std::uint32_t x = 0; x < shown.width; ++x) {
            const std::uint32_t across = how.transposed ? y : x;
            const std::uint32_t down = how.transposed ? x : y;
            const std::size_t column = how.from_right ? stored.width - 1 - across : across;
            const std::size_t row = how.from_bottom ? stored.height - 1 - down : down;
            out = std::copy_n(
                stored.bytes.begin()
                    + static_cast<std::ptrdiff_t>(row * stride + column * channels),
                channels,
                out
            );
        }
    }
    return shown;
}

bool has_alpha(const std::vector<std::uint8_t>& rgba) {
    for (std::size_t i = 3; i < rgba.size(); i += rgba_channels) {
        if (rgba[i] != 255) {
            return true;
        }
    }
    return false;
}

failure too_long() {
    return {failure_kind::invalid, "the picture is too large to be turned upright"};
}

// nullopt where the picture is opaque, or too large to be held with its alpha.
result<std::optional<std::string>>
with_alpha(std::string_view bytes, const picture_info& info, int orientation, std::size_t most) {
    using written = std::optional<std::string>;
    const std::uint64_t pixels = std::uint64_t{info.width} * info.height;
    if (info.format == picture_format::jpeg || pixels > max_alpha_pixels) {
        return written();
    }
    auto rgba = decode_rgba(bytes, info);
    if (!rgba) {
        return rgba.error();
    }
    if (!has_alpha(*rgba)) {
        return written();
    }
    const raster shown =
        turned({info.width, info.height, std::move(*rgba)}, rgba_channels, orientation);
    auto png = encode_png_rgba(shown.width, shown.height, shown.bytes);
    if (!png) {
        return png.error();
    }
    return png->size() <= most ? written(std::move(*png)) : written();
}

result<bitmap> decode_for_turning(std::string_view bytes, const picture_info& info) {
    const std::uint64_t pixels = std::uint64_t{info.width} * info.height;
    if (pixels <= max_turned_pixels) {
        return decode(bytes);
    }
    if (info.format != picture_format::jpeg) {
        return too_long();
    }
    return decode_jpeg_reduced(bytes, info, {info.width / 2, info.height / 2});
}

result<std::string> written_within(const bitmap& shown, picture_format as, std::size_t most) {
    if (as == picture_format::png) {
        auto png = encode(shown, picture_format::png);
        if (!png || png->size() <= most) {
            return png;
        }
    }
    for (const int quality : qualities) {
        auto jpeg = encode(shown, picture_format::jpeg, quality);
        if (!jpeg || jpeg->size() <= most) {
            return jpeg;
        }
    }
    return too_long();
}

} // namespace

result<std::string> upright(std::string bytes, std::size_t most_bytes) {
    const int orientation = orientation_of(bytes);
    if (orientation == plain_orientation) {
        return bytes;
    }
    const auto info = drawable_header(bytes);
    if (!info) {
        return info.error();
    }
    auto kept = with_alpha(bytes, *info, orientation, most_bytes);
    if (!kept) {
        return kept.error();
    }
    if (*kept) {
        return std::move(**kept);
    }
    auto stored = decode_for_turning(bytes, *info);
    if (!stored) {
        return stored.error();
    }
    raster shown =
        turned({stored->width, stored->height, std::move(stored->rgb)}, rgb_channels, orientation);
    const bitmap pixels{shown.width, shown.height, std::move(shown.bytes)};
    return written_within(pixels, info->format, most_bytes);
}

} // namespace imagined::store
