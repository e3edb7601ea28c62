#include "unpacked.hpp"

#include <zlib.h>

#include <array>

namespace imagined::console {

namespace {

constexpr int gzip_window = 15 + 16;
constexpr std::size_t piece_bytes = 16384;

} // namespace

std::string unpacked(std::string_view gzip) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) {
        return {};
    }
    // zlib's interface takes its input as writable, and does not write to it.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
    stream.avail_in = static_cast<uInt>(gzip.size());
    std::string text;
    std::array<char, piece_bytes> piece{};
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(piece.data(), piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? text : std::string();
}

} // namespace imagined::console
