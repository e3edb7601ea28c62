#include "plain_png.hpp"

#include <libdeflate.h>

#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::uint8_t colour_rgb = 2;
constexpr std::uint8_t colour_rgba = 6;
// The pixels are unpacked all at once, beside the target. Larger pictures than any backend sends
// are left to libspng, which is slower and takes a row of memory.
constexpr std::size_t most_unpacked = std::size_t{64} * 1024 * 1024;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

struct chunk {
    std::string_view type;
    std::string_view data;
};

// Takes the next chunk off the front; nullopt when it is cut or its CRC is wrong.
std::optional<chunk> take_chunk(std::string_view& rest) {
    constexpr std::size_t frame = 12; // length, type, CRC
    if (rest.size() < frame) {
        return std::nullopt;
    }
    const std::size_t length = number_at(rest, 0);
    if (length > rest.size() - frame) {
        return std::nullopt;
    }
    const std::string_view covered = rest.substr(4, 4 + length);
    if (libdeflate_crc32(0, covered.data(), covered.size()) != number_at(rest, 8 + length)) {
        return std::nullopt;
    }
    rest.remove_prefix(frame + length);
    return chunk{covered.substr(0, 4), covered.substr(4)};
}

// Bytes of a pixel when the header states this size and a form that is ours, else 0.
std::size_t pixel_bytes(const chunk& header, const pixel_area& target) {
    if (header.type != "IHDR" || header.data.size() != 13
        || number_at(header.data, 0) != target.width || number_at(header.data, 4) != target.height
        || header.data[8] != 8 || header.data.substr(10) != "\0\0\0"sv) {
        return 0;
    }
    const auto colour = static_cast<std::uint8_t>(header.data[9]);
    return colour == colour_rgb ? rgb_channels : colour == colour_rgba ? rgba_channels : 0;
}

// The samples of one pixel side by side, in vector registers of whatever machine this is.
using samples = std::int16_t __attribute__((vector_size(8)));
using packed = std::uint8_t __attribute__((vector_size(4)));

template <std::size_t Pixel>
samples load(const std::uint8_t* from) {
    packed bytes{};
    std::memcpy(&bytes, from, Pixel);
    return __builtin_convertvector(bytes, samples);
}

template <std::size_t Pixel>
samples store(samples value, std::uint8_t* to) {
    const packed bytes = __builtin_convertvector(value, packed); // modulo 256, as PNG has it
    std::memcpy(to, &bytes, Pixel);
    return __builtin_convertvector(bytes, samples);
}

samples distance(samples value) {
    return value < 0 ? -value : value;
}

// Of left, up and upper left the one next to left + up - upper left.
samples paeth(samples left, samples up, samples corner) {
    const samples from_left = distance(up - corner);
    const samples from_up = distance(left - corner);
    const samples from_corner = distance(left + up - corner - corner);
    const samples vertical = from_up <= from_corner ? up : corner;
    const auto is_left = (from_left <= from_up) & (from_left <= from_corner);
    return is_left ? left : vertical;
}

struct row_pair {
    const std::uint8_t* raw;
    const std::uint8_t* above;
    std::uint8_t* out;
    std::size_t bytes;
};

template <std::size_t Pixel, class Predict>
void undo(const row_pair& row, Predict predict) {
    samples left{};
    samples corner{};
    for (std::size_t i = 0; i < row.bytes; i += Pixel) {
        const samples up = load<Pixel>(row.above + i);
        left = store<Pixel>(load<Pixel>(row.raw + i) + predict(left, up, corner), row.out + i);
        corner = up;
    }
}

// False for a filter that does not exist.
template <std::size_t Pixel>
bool unfilter(std::uint8_t filter, const row_pair& row) {
    switch (filter) {
    case 0:
        std::copy_n(row.raw, row.bytes, row.out);
        return true;
    case 1:
        undo<Pixel>(row, [](samples left, samples, samples) { return left; });
        return true;
    case 2:
        for (std::size_t i = 0; i < row.bytes; ++i) {
            row.out[i] = static_cast<std::uint8_t>(row.raw[i] + row.above[i]);
        }
        return true;
    case 3:
        undo<Pixel>(row, [](samples left, samples up, samples) { return (left + up) >> 1; });
        return true;
    case 4:
        undo<Pixel>(row, paeth);
        return true;
    default:
        return false;
    }
}

// `raw` is whole rows, each behind its filter's number. False when there is no such filter.
bool draw_rgb(const std::uint8_t* raw, const pixel_area& target) {
    const std::size_t row_bytes = target.width * rgb_channels;
    const std::vector<std::uint8_t> nothing(row_bytes, 0);
    const std::uint8_t* above = nothing.data();
    for (std::uint32_t y = 0; y < target.height; ++y, raw += 1 + row_bytes) {
        std::uint8_t* shown = target.row(y);
        if (!unfilter<rgb_channels>(*raw, {raw + 1, above, shown, row_bytes})) {
            return false;
        }
        above = shown;
    }
    return true;
}

bool draw_rgba(const std::uint8_t* raw, const pixel_area& target) {
    const std::size_t row_bytes = target.width * rgba_channels;
    std::vector<std::uint8_t> above(row_bytes, 0);
    std::vector<std::uint8_t> row(row_bytes);
    for (std::uint32_t y = 0; y < target.height; ++y, raw += 1 + row_bytes) {
        if (!unfilter<rgba_channels>(*raw, {raw + 1, above.data(), row.data(), row_bytes})) {
            return false;
        }
        flatten_row(row.data(), target.row(y), target.width);
        std::swap(above, row);
    }
    return true;
}

// The data of all IDAT chunks. A picture's only one is not copied.
class packed_pixels {
public:
    // They are never more than `most` bytes.
    explicit packed_pixels(std::size_t most) : most_(most) {}

    void add(std::string_view data) {
        if (!started_) {
            started_ = true;
            all_ = data;
            return;
        }
        if (joined_.empty()) {
            joined_.reserve(most_);
            joined_ = all_;
        }
        joined_ += data;
        all_ = joined_;
    }

    bool started() const { return started_; }

    std::string_view all() const { return all_; }

private:
    std::size_t most_;
    bool started_ = false;
    std::string_view all_;
    std::string joined_;
};

struct free_decompressor {
    void operator()(libdeflate_decompressor* unpacker) const {
        libdeflate_free_decompressor(unpacker);
    }
};

// False unless `packed` is one zlib stream and nothing else, of exactly `size` bytes.
bool unpack(std::string_view packed, std::uint8_t* into, std::size_t size) {
    const std::unique_ptr<libdeflate_decompressor, free_decompressor> unpacker(
        libdeflate_alloc_decompressor()
    );
    if (!unpacker) {
        throw std::bad_alloc();
    }
    std::size_t read = 0;
    // It never writes more than `size`; without a place for the number written, less is an error.
    const auto told = libdeflate_zlib_decompress_ex(
        unpacker.get(), packed.data(), packed.size(), into, size, &read, nullptr
    );
    return told == LIBDEFLATE_SUCCESS && read == packed.size();
}

std::size_t unpacked_bytes(std::size_t pixel, const pixel_area& target) {
    return (1 + target.width * pixel) * target.height;
}

bool draw_rows(std::string_view packed, std::size_t pixel, const pixel_area& target) {
    const std::size_t size = unpacked_bytes(pixel, target);
    const auto raw = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    return unpack(packed, raw.get(), size)
           && (pixel == rgb_channels ? draw_rgb(raw.get(), target) : draw_rgba(raw.get(), target));
}

// Chunks that change no pixel, by PNG's own rule: a small first letter; and tRNS is none of them.
bool may_be_skipped(std::string_view type) {
    return type[0] >= 'a' && type[0] <= 'z' && type != "tRNS";
}

} // namespace

bool decode_plain_png(std::string_view bytes, const pixel_area& target) {
    if (!bytes.starts_with(png_signature)) {
        return false;
    }
    bytes.remove_prefix(png_signature.size());
    const auto header = take_chunk(bytes);
    const std::size_t pixel = header ? pixel_bytes(*header, target) : 0;
    if (pixel == 0 || unpacked_bytes(pixel, target) > most_unpacked) {
        return false;
    }
    packed_pixels packed(bytes.size());
    bool pixels_over = false;
    while (const auto next = take_chunk(bytes)) {
        if (next->type == "IEND") {
            return next->data.empty() && draw_rows(packed.all(), pixel, target);
        }
        if (next->type == "IDAT") {
            if (pixels_over) {
                return false;
            }
            packed.add(next->data);
        } else if (may_be_skipped(next->type)) {
            pixels_over = packed.started();
        } else {
            return false;
        }
    }
    return false;
}

} // namespace imagined::store
