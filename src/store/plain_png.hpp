// The PNG that backends send: eight bits a sample, RGB or RGBA, not interlaced. ISA-L unpacks it a
// row at a time, in less than half of zlib's time, and vector code undoes the filters; libspng
// undoes them byte by byte.
#pragma once

#include "pixel_area.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

struct inflate_state; // ISA-L's

namespace imagined::store {

struct plain_png {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::size_t pixel = 0;                // bytes: rgb_channels or rgba_channels
    std::vector<std::string_view> packed; // the data of its IDAT chunks, in `bytes`

    std::size_t row_bytes() const { return width * pixel; }
};

// nullopt: it has another form, or damage; every CRC was right otherwise. libspng has to say what
// it is then. What is packed is not looked at.
std::optional<plain_png> read_plain_png(std::string_view bytes);

// The rows as they are packed: each is its filter's number and its filtered bytes. `of`, and the
// bytes that it was read from, live longer.
class packed_rows {
public:
    explicit packed_rows(const plain_png& of);
    packed_rows(const packed_rows&) = delete;
    packed_rows& operator=(const packed_rows&) = delete;
    ~packed_rows();

    // Fills 1 + row_bytes() bytes. False when there is no such row: what is packed is damaged or
    // ends before.
    bool take(std::uint8_t* into);

    // True when all rows were taken and nothing else is packed, and the pixels' own checksum is
    // right.
    bool over();

private:
    bool fill(std::uint8_t* into, std::size_t bytes);
    bool feed();

    const plain_png& of_;
    std::size_t fed_ = 0; // chunks
    bool damaged_ = false;
    std::unique_ptr<inflate_state> state_;
};

// True: `target`, which has the picture's size, holds it, and the pixels' checksum was right.
// False: not plain, another size, or damage. Then `target` holds anything.
bool decode_plain_png(std::string_view bytes, const pixel_area& target);

} // namespace imagined::store
