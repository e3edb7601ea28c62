// From the bytes of an answer to our response, by Beast's parser. Takes bytes as they come; does
// no I/O. One object reads one message; interim (1xx) messages are messages of their own.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

// The status that a status line at the start of `text` tells; 0 if none stands there.
int status_at(std::string_view text);

class response_reader {
public:
    struct limits {
        std::size_t header_bytes = 0;
        std::size_t body_bytes = 0;
    };

    // `to_head`: the request was HEAD, so the answer has no body whatever its length says.
    response_reader(limits chosen, bool to_head);
    ~response_reader();

    // Takes bytes off the front and returns how many; the rest belongs to the next message, or
    // must be offered again with more behind it. Fails with `corrupt` or `throttled`.
    result<std::size_t> feed(std::string_view bytes);

    // The peer has ended the stream. Fails with `unavailable` unless that is this message's end.
    std::optional<failure> end_of_stream();

    // The status line's, in whatever form it can be read from (servers say "HTTP/1.1 200" without a
    // reason, or a reason that is no text); 0 until it has come.
    int status() const;

    // How much of the body is still to come, where the head has told its length; else 0.
    std::uint64_t to_come() const;

    bool is_complete() const;
    bool is_interim() const; // 1xx
    bool is_upgrade() const; // 101, which nobody asked for

    // May the connection be used again? Only once complete.
    bool keeps_connection() const;

    // What was read, at any time; its status also where that is all that is known.
    response take();

private:
    class parser;

    std::unique_ptr<parser> parser_;
    std::string start_; // of the message, while none of it was taken
    bool taken_ = false;
};

} // namespace imagined::http
