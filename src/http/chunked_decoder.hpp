// Reads a chunked request body byte by byte, strictly: where Beast's reader tolerates (a line feed
// inside a chunk extension, folded trailers) two readers may disagree about where the request
// ends. Extensions are skipped, trailers are checked and dropped.
#pragma once

#include "framing.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

class chunked_decoder {
public:
    struct limits {
        std::size_t body_bytes = 0;    // of decoded data
        std::size_t trailer_bytes = 0; // of all trailer lines
    };

    enum class state { more, done, broken, too_long };

    explicit chunked_decoder(limits chosen) : limits_(chosen) {}

    // Reads from `bytes`, appends decoded data to `body`, and returns how many bytes it took. What
    // follows the last chunk's trailers is left alone: it belongs to the next request.
    std::size_t feed(std::string_view bytes, std::string& body);

    state progress() const { return state_; }

    // Why the body is `broken`.
    framing::flaw flaw() const { return flaw_; }

private:
    enum class step { size, extension, size_line_feed, data, data_cr, data_line_feed, trailer };

    void take(char c);
    void take_size_digit(char c);
    void take_trailer(char c);
    void end_trailer_line();
    void fail(framing::flaw found);
    std::size_t copy_data(std::string_view bytes, std::string& body);

    limits limits_;
    state state_ = state::more;
    step step_ = step::size;
    framing::flaw flaw_ = framing::flaw::bad_chunk;
    std::uint64_t size_ = 0; // of this chunk; what is left of it while its data is read
    std::size_t digits_ = 0;
    std::size_t extension_ = 0; // bytes of this chunk's extension
    std::size_t trailer_seen_ = 0;
    std::string line_; // the trailer line being read
};

} // namespace imagined::http
