// The strict reading of a request's framing, as plain functions on raw bytes. Beast parses what
// passes here; on everything where it guesses (or where two HTTP readers are known to disagree,
// which is how requests are smuggled) this file refuses first. RFC 9112 §2.2, §5, §6, §11.2.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace imagined::http::framing {

enum class flaw {
    bare_line_feed,
    folded_line,
    bad_request_line,
    bad_field,         // a name that is no token, a space before the colon, a control character
    bad_length,        // not a plain decimal number
    repeated_length,   // identical ones too
    length_and_coding, // Content-Length with Transfer-Encoding, in either order
    repeated_coding,
    foreign_coding, // anything but a single `chunked`
    chunked_in_http_1_0,
    no_host,
    several_hosts,
    bad_host,
    bad_chunk,
    framing_in_trailer,
};

// One sentence for the answer: "Content-Length is repeated".
std::string_view describe(flaw found);

// Where a head ends, as far as `bytes` (which start with the request line) tell.
struct head_end {
    std::optional<std::size_t> length; // the blank line included; empty: more bytes are needed
    std::optional<flaw> broken;        // a line that ends in a bare LF
};

// `seen` bytes were looked at before without finding the end.
head_end find_head_end(std::string_view bytes, std::size_t seen);

// The first flaw of a whole head (request line to blank line), or nothing.
std::optional<flaw> first_flaw(std::string_view head);

// How many field lines the head has.
std::size_t field_count(std::string_view head);

// The flaw of one trailer line, given without its line end.
std::optional<flaw> trailer_flaw(std::string_view line);

} // namespace imagined::http::framing
