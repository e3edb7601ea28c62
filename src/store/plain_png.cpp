#include "plain_png.hpp"

#include "png_filters.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <utility>

namespace imagined::store {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::uint8_t colour_rgb = 2;
constexpr std::uint8_t colour_rgba = 6;
// As PNG has it; ISA-L counts a row's bytes and a chunk's in 32 bits.
constexpr std::uint32_t longest_side = 0x7fffffffU / 8;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

const std::uint8_t* octets(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
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
    if (crc32_gzip_refl(0, octets(covered), covered.size()) != number_at(rest, 8 + length)) {
        return std::nullopt;
    }
    rest.remove_prefix(frame + length);
    return chunk{covered.substr(0, 4), covered.substr(4)};
}

// nullopt when the header states a form that is not ours.
std::optional<plain_png> read_header(const chunk& header) {
    if (header.type != "IHDR" || header.data.size() != 13 || header.data[8] != 8
        || header.data.substr(10) != "\0\0\0"sv) {
        return std::nullopt;
    }
    const auto colour = static_cast<std::uint8_t>(header.data[9]);
    plain_png read{number_at(header.data, 0), number_at(header.data, 4), rgb_channels, {}};
    if (read.width == 0 || read.height == 0 || std::max(read.width, read.height) > longest_side
        || (colour != colour_rgb && colour != colour_rgba)) {
        return std::nullopt;
    }
    read.pixel = colour == colour_rgb ? rgb_channels : rgba_channels;
    return read;
}

// Chunks that change no pixel, by PNG's own rule: a small first letter; and tRNS is none of them.
bool may_be_skipped(std::string_view type) {
    return type[0] >= 'a' && type[0] <= 'z' && type != "tRNS";
}

// Rows as they are undone, and as they are shown.
bool draw_rgb(packed_rows& rows, std::uint8_t* packed, const pixel_area& target) {
    const std::size_t row_bytes = target.width * rgb_channels;
    const std::vector<std::uint8_t> nothing(row_bytes, 0);
    const std::uint8_t* above = nothing.data();
    for (std::uint32_t y = 0; y < target.height; ++y) {
        std::uint8_t* shown = target.row(y);
        if (!rows.take(packed)
            || !undo_filter(*packed, rgb_channels, {packed + 1, above, shown, row_bytes})) {
            return false;
        }
        above = shown;
    }
    return rows.over();
}

bool draw_rgba(packed_rows& rows, std::uint8_t* packed, const pixel_area& target) {
    const std::size_t row_bytes = target.width * rgba_channels;
    std::vector<std::uint8_t> above(row_bytes, 0);
    std::vector<std::uint8_t> row(row_bytes);
    for (std::uint32_t y = 0; y < target.height; ++y) {
        if (!rows.take(packed)
            || !undo_filter(
                *packed, rgba_channels, {packed + 1, above.data(), row.data(), row_bytes}
            )) {
            return false;
        }
        flatten_row(row.data(), target.row(y), target.width);
        std::swap(above, row);
    }
    return rows.over();
}

} // namespace

std::optional<plain_png> read_plain_png(std::string_view bytes) {
    if (!bytes.starts_with(png_signature)) {
        return std::nullopt;
    }
    bytes.remove_prefix(png_signature.size());
    const auto header = take_chunk(bytes);
    auto read = header ? read_header(*header) : std::nullopt;
    if (!read) {
        return std::nullopt;
    }
    bool pixels_over = false;
    while (const auto next = take_chunk(bytes)) {
        if (next->type == "IEND") {
            return next->data.empty() ? read : std::nullopt;
        }
        if (next->type == "IDAT") {
            if (pixels_over) {
                return std::nullopt;
            }
            read->packed.push_back(next->data);
        } else if (may_be_skipped(next->type)) {
            pixels_over = !read->packed.empty();
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

packed_rows::packed_rows(const plain_png& of)
    : of_(of), state_(std::make_unique_for_overwrite<inflate_state>()) {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_ZLIB;
    state_->avail_in = 0;
}

packed_rows::~packed_rows() = default;

// The next bytes to unpack; false when there are none.
bool packed_rows::feed() {
    while (state_->avail_in == 0 && fed_ < of_.packed.size()) {
        const std::string_view data = of_.packed[fed_++];
        // It does not write there.
        state_->next_in = const_cast<std::uint8_t*>(octets(data));
        state_->avail_in = static_cast<std::uint32_t>(data.size());
    }
    return state_->avail_in > 0;
}

bool packed_rows::fill(std::uint8_t* into, std::size_t bytes) {
    state_->next_out = into;
    state_->avail_out = static_cast<std::uint32_t>(bytes);
    for (;;) {
        const auto in = state_->avail_in;
        const auto out = state_->avail_out;
        damaged_ = isal_inflate(state_.get()) != ISAL_DECOMP_OK;
        if (damaged_ || state_->avail_out == 0) {
            return !damaged_;
        }
        const bool stuck = state_->avail_in == in && state_->avail_out == out;
        if (state_->block_state == ISAL_BLOCK_FINISH || (state_->avail_in > 0 && stuck)
            || (state_->avail_in == 0 && !feed())) {
            return false;
        }
    }
}

bool packed_rows::take(std::uint8_t* into) {
    return fill(into, 1 + of_.row_bytes());
}

bool packed_rows::over() {
    std::uint8_t surplus = 0;
    return !damaged_ && !fill(&surplus, sizeof(surplus)) && !damaged_
           && state_->block_state == ISAL_BLOCK_FINISH && state_->avail_in == 0 && !feed();
}

bool decode_plain_png(std::string_view bytes, const pixel_area& target) {
    const auto read = read_plain_png(bytes);
    if (!read || read->width != target.width || read->height != target.height) {
        return false;
    }
    packed_rows rows(*read);
    std::vector<std::uint8_t> packed(1 + read->row_bytes());
    return read->pixel == rgb_channels ? draw_rgb(rows, packed.data(), target)
                                       : draw_rgba(rows, packed.data(), target);
}

} // namespace imagined::store
