// A body that comes into being while it is sent, for answers that have no end in sight. It is
// pulled: the server asks for the next piece when the peer has taken the one before, so nothing
// piles up for a slow reader, and it is for the stream to say less then.
#pragma once

#include "imagined/base/async.hpp"

#include <string>

namespace imagined::http {

class body_stream {
public:
    virtual ~body_stream() = default;

    // Waits for the next piece. "" ends the body well; it is not asked again. An exception cuts the
    // connection, so that the peer sees that the body has no proper end.
    virtual awaitable<std::string> next() = 0;

    // Nobody reads any more, or the server drains: a next() that waits, and each later one, answers
    // with what is left to say or with "", without waiting. May be called more than once.
    virtual void stop() = 0;
};

} // namespace imagined::http
