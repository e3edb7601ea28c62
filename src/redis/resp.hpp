// RESP2 as bytes: commands are encoded straight into a connection's write buffer, replies are
// parsed by hiredis' reader into values. No I/O here.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct redisReader;

namespace imagined::redis {

// Appends one command of exactly `parts` parts to `out`, part by part.
class command_encoder {
public:
    command_encoder(std::string& out, std::size_t parts);
    void add(std::string_view part);

private:
    std::string& out_;
};

void append_command(std::string& out, const arguments& parts);
void append_command(std::string& out, std::initializer_list<std::string_view> parts);

class reply_reader {
public:
    reply_reader();

    void feed(std::string_view bytes);

    // The next complete reply, empty when more bytes are needed. Fails with `corrupt` when the
    // bytes are not RESP; the reader is of no use after that.
    result<std::optional<reply>> next();

private:
    struct release {
        void operator()(redisReader* reader) const;
    };

    std::unique_ptr<redisReader, release> reader_;
};

// An error reply as a failure; the table is in client.hpp, at execute(). The text is cut to a
// length fit for a log.
failure error_reply(std::string_view text);

// The code an error reply starts with ("READONLY").
std::string_view error_code_of(std::string_view text);

} // namespace imagined::redis
