#include "plain_png.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::uint8_t colour_rgb = 2;
constexpr std::uint8_t colour_rgba = 6;
// So many bytes are unpacked before their filters are undone: they are still in the cache then.
constexpr std::size_t batch_bytes = std::size_t{128} * 1024;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

const Bytef* unsigned_bytes(std::string_view bytes) {
    return reinterpret_cast<const Bytef*>(bytes.data());
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
    if (crc32_z(0, unsigned_bytes(covered), covered.size()) != number_at(rest, 8 + length)) {
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

// Unpacks what it is fed, and draws each row as soon as it is there.
class row_unpacker {
public:
    row_unpacker(const pixel_area& target, std::size_t pixel)
        : target_(target),
          pixel_(pixel),
          row_bytes_(target.width * pixel),
          batch_(std::max<std::size_t>(1, batch_bytes / (row_bytes_ + 1)) * (row_bytes_ + 1)),
          above_(row_bytes_, 0),
          rgba_(pixel == rgba_channels ? row_bytes_ : 0) {
        if (inflateInit(&stream_) != Z_OK) {
            throw std::bad_alloc();
        }
        // Every byte is under a chunk's CRC already; the second checksum would only cost time.
        inflateValidate(&stream_, 0);
        offer_room();
    }

    row_unpacker(const row_unpacker&) = delete;
    row_unpacker& operator=(const row_unpacker&) = delete;

    ~row_unpacker() { inflateEnd(&stream_); }

    // False when it cannot be unpacked, or is more than the picture.
    bool feed(std::string_view packed_bytes) {
        stream_.next_in = const_cast<Bytef*>(unsigned_bytes(packed_bytes));
        stream_.avail_in = static_cast<uInt>(packed_bytes.size());
        bool more = stream_.avail_in > 0;
        while (more && !ended_) {
            const int told = inflate(&stream_, Z_NO_FLUSH);
            ended_ = told == Z_STREAM_END;
            if (told != Z_OK && told != Z_BUF_ERROR && !ended_) {
                return false;
            }
            const bool full = stream_.avail_out == 0; // then it may have more without any input
            if (full && !draw_batch()) {
                return false;
            }
            more = full || stream_.avail_in > 0;
        }
        return stream_.avail_in == 0;
    }

    bool is_whole() const { return ended_ && next_row_ == target_.height; }

private:
    // Once every row is there, room for one byte remains, which must stay free.
    void offer_room() {
        const std::size_t left = (target_.height - next_row_) * (row_bytes_ + 1);
        room_ = std::min(batch_.size(), std::max<std::size_t>(left, 1));
        stream_.next_out = batch_.data();
        stream_.avail_out = static_cast<uInt>(room_);
    }

    bool draw_batch() {
        if (next_row_ == target_.height) {
            return false;
        }
        for (std::size_t at = 0; at < room_; at += row_bytes_ + 1) {
            if (!draw_row(batch_[at], batch_.data() + at + 1)) {
                return false;
            }
        }
        offer_room();
        return true;
    }

    bool draw_row(std::uint8_t filter, const std::uint8_t* raw) {
        std::uint8_t* shown = target_.row(next_row_);
        bool known = false;
        if (pixel_ == rgb_channels) {
            const auto* above = next_row_ == 0 ? above_.data() : target_.row(next_row_ - 1);
            known = unfilter<rgb_channels>(filter, {raw, above, shown, row_bytes_});
        } else {
            known = unfilter<rgba_channels>(filter, {raw, above_.data(), rgba_.data(), row_bytes_});
            flatten_row(rgba_.data(), shown, target_.width);
            std::swap(above_, rgba_);
        }
        ++next_row_;
        return known;
    }

    pixel_area target_;
    std::size_t pixel_;
    std::size_t row_bytes_;
    std::vector<std::uint8_t> batch_; // whole rows, each behind its filter's number
    std::vector<std::uint8_t> above_; // with alpha: the row before; else what is above the first
    std::vector<std::uint8_t> rgba_;
    z_stream stream_{};
    std::size_t room_ = 0;
    std::uint32_t next_row_ = 0;
    bool ended_ = false;
};

// Chunks that change no pixel, by PNG's own rule: a small first letter; and tRNS is none of them.
bool may_be_skipped(std::string_view type) {
    return type[0] >= 'a' && type[0] <= 'z' && type != "tRNS";
}

} // namespace

bool decode_plain_png(std::string_view bytes, const pixel_area& target) {
    if (!bytes.starts_with(signature)) {
        return false;
    }
    bytes.remove_prefix(signature.size());
    const auto header = take_chunk(bytes);
    const std::size_t pixel = header ? pixel_bytes(*header, target) : 0;
    if (pixel == 0) {
        return false;
    }
    row_unpacker rows(target, pixel);
    bool pixels_came = false;
    bool pixels_over = false;
    while (const auto next = take_chunk(bytes)) {
        if (next->type == "IEND") {
            return next->data.empty() && rows.is_whole();
        }
        if (next->type == "IDAT") {
            if (pixels_over || !rows.feed(next->data)) {
                return false;
            }
            pixels_came = true;
        } else if (may_be_skipped(next->type)) {
            pixels_over = pixels_came;
        } else {
            return false;
        }
    }
    return false;
}

} // namespace imagined::store
