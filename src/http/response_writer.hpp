// The bytes of a response's head, formatted by hand into a string that its connection keeps.
#pragma once

#include "imagined/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

// May this response be put on the wire: a final status, and no field that could break out of its
// line (response splitting)?
bool is_writable(const response& answer);

// Removes the fields that is_writable() objects to, and makes the status 500 if it is not final.
void make_writable(response& answer);

enum class after_answer { keep, keep_http_1_0, close };

struct head_facts {
    std::optional<std::uint64_t> body_bytes = 0; // nullopt: not known before the end
    bool chunked = false;                        // then the end is told by the last chunk
    after_answer then = after_answer::keep;
    std::string_view date; // as HTTP writes it
};

// True if a response of this status has no body by definition (204, 304).
bool is_bodiless(int status);

// Replaces `out` by the status line, our own fields and those of `answer`, and the blank line. The
// fields that are the server's business are skipped.
void write_head(std::string& out, const response& answer, const head_facts& facts);

// One chunk's size line, as it stands before the chunk's bytes; after them comes "\r\n".
std::string chunk_head(std::size_t bytes);

inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// "Sun, 06 Nov 1994 08:49:37 GMT", formatted once a second.
class http_date {
public:
    std::string_view at(std::int64_t unix_seconds);

private:
    std::int64_t second_ = -1;
    std::string text_;
};

} // namespace imagined::http
