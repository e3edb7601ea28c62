#include "plain_grid.hpp"

#include "codec.hpp"
#include "plain_png.hpp"
#include "png_filters.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace imagined::store {

namespace {

// Rows of four pictures, from the top, as a grid shows them.
class four_readers {
public:
    explicit four_readers(const std::vector<plain_png>& pictures)
        : of_(pictures[0]), lanes_(of_.width, of_.pixel) {
        for (std::size_t k = 0; k < abreast; ++k) {
            rows_[k] = std::make_unique<packed_rows>(pictures[k]);
            packed_[k].resize(1 + of_.row_bytes() + 1);
            if (of_.pixel == rgba_channels) {
                rgba_[k].resize(of_.row_bytes());
            }
        }
    }

    // The next row of the upper two pictures side by side, and of the lower two.
    bool next(std::uint8_t* upper, std::uint8_t* lower) {
        const std::size_t width = of_.width * rgb_channels;
        const std::array shown{upper, upper + width, lower, lower + width};
        std::array<const std::uint8_t*, abreast> from{};
        auto to = shown;
        for (std::size_t k = 0; k < abreast; ++k) {
            if (!rows_[k]->take(packed_[k].data())) {
                return false;
            }
            from[k] = packed_[k].data();
            to[k] = of_.pixel == rgba_channels ? rgba_[k].data() : shown[k];
        }
        if (!lanes_.undo(from, to)) {
            return false;
        }
        for (std::size_t k = 0; k < abreast && of_.pixel == rgba_channels; ++k) {
            flatten_row(rgba_[k].data(), shown[k], of_.width);
        }
        return true;
    }

    bool over() {
        for (const auto& rows : rows_) {
            if (!rows->over()) {
                return false;
            }
        }
        return true;
    }

private:
    const plain_png& of_;
    four_pictures lanes_;
    std::array<std::unique_ptr<packed_rows>, abreast> rows_;
    std::array<std::vector<std::uint8_t>, abreast> packed_;
    std::array<std::vector<std::uint8_t>, abreast> rgba_;
};

// Empty unless all are plain and alike.
std::vector<plain_png> read_alike(const std::vector<std::string_view>& pictures) {
    std::vector<plain_png> read;
    for (const std::string_view bytes : pictures) {
        auto one = read_plain_png(bytes);
        if (!one) {
            return {};
        }
        read.push_back(std::move(*one));
        const plain_png& first = read.front();
        const plain_png& last = read.back();
        if (last.width != first.width || last.height != first.height || last.pixel != first.pixel) {
            return {};
        }
    }
    return read;
}

} // namespace

std::optional<std::string>
plain_grid(const std::vector<std::string_view>& pictures, int jpeg_quality) {
    if (pictures.size() != abreast) {
        return std::nullopt;
    }
    const auto read = read_alike(pictures);
    if (read.empty()) {
        return std::nullopt;
    }
    const std::uint32_t height = read[0].height;
    const std::size_t row_bytes = 2 * read[0].width * rgb_channels;
    four_readers readers(read);
    // The lower half waits for the upper one.
    const auto lower = std::make_unique_for_overwrite<std::uint8_t[]>(row_bytes * height);
    std::vector<std::uint8_t> upper(row_bytes);
    const auto row = [&](std::uint32_t y) -> const std::uint8_t* {
        if (y >= height) {
            return &lower[row_bytes * (y - height)];
        }
        const bool drawn =
            readers.next(upper.data(), &lower[row_bytes * y]) && (y + 1 < height || readers.over());
        return drawn ? upper.data() : nullptr;
    };
    auto made = encode_jpeg_rows(2 * read[0].width, 2 * height, jpeg_quality, row);
    return made ? std::optional(std::move(*made)) : std::nullopt;
}

} // namespace imagined::store
