// A Redis client on Asio sockets (TCP, Unix, TLS), hiredis for the protocol. Many coroutines share
// one pipelined connection. Every wait is bounded; a consumer can not be wedged by a reconnect:
// when the connection is lost everyone whose command was sent fails at once, commands not yet sent
// wait for the next connection until their deadline (and never run after it), and the client
// reconnects by itself with jittered back-off (50 ms .. 2 s) for as long as it lives.
//
// Only a master is good enough: a replica is refused in the handshake, and answers that say that
// the server is no master any more (READONLY, MASTERDOWN, MOVED, CLUSTERDOWN, NOREPLICAS twice) end
// the connection, so that the client looks again. ASK is never followed: half a hash slot is no
// place to run a function on.
//
// Cancelling, or a deadline that passes, abandons the reply, never the command: the server may have
// executed it. So every command must be safe to have happened.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace imagined::redis {

struct endpoint {
    bool tls = false;
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string path; // Unix socket; wins over host and port
    std::string user;
    std::string password;
    int database = 0;
};

// redis://[user:pw@]host:port/db, rediss://…, unix:///path?db=n. Fails with `invalid`; the text of
// the failure holds no password.
result<endpoint> parse_endpoint(std::string_view url);

// Where that is, for people: "127.0.0.1:6379", "[::1]:6379" or the socket's path.
std::string address_of(const endpoint& to);

struct client_options {
    endpoint to;
    milliseconds command_deadline{2000};
    milliseconds connect_deadline{2000};
    // Bytes that may wait to be written; above, execute() fails with `throttled` at once. A single
    // command above it is `invalid`.
    std::size_t max_pending_bytes = 8UL * 1024 * 1024;
    // No reply for this long while commands wait: the connection is taken for dead and replaced.
    milliseconds stall_limit{5000};
    std::string ca_file; // with TLS: authorities besides the system's
};

struct reply;
using array = std::vector<reply>;

// A reply as a value. Errors inside arrays keep their text.
struct reply {
    struct nil {};

    struct error {
        std::string text; // "READONLY You can't write against a read only replica."
    };

    std::variant<nil, std::int64_t, std::string, error, array> value;

    bool is_nil() const { return std::holds_alternative<nil>(value); }

    const std::string* text() const { return std::get_if<std::string>(&value); }

    const array* items() const { return std::get_if<array>(&value); }

    const error* failed() const { return std::get_if<error>(&value); }

    std::optional<std::int64_t> integer() const; // integers, and strings that hold one
};

// Functions of Redis 7, in Lua: the server makes them once and keeps their library with its data,
// where a script's own functions would be made anew at each call. Whoever shares the server shares
// their names, so a library with another text must have another name.
struct library {
    std::string name;
    std::string source; // "#!lua name=<name>", and what registers the functions

    library(std::string its_name, std::string its_source)
        : name(std::move(its_name)), source(std::move(its_source)) {}
};

struct function {
    std::string name;   // for people
    std::string called; // in Redis
    std::shared_ptr<const library> from;
};

using arguments = std::vector<std::string>;

class client {
public:
    // Starts connecting at once. `on` must outlive the client. The client may be destroyed while
    // coroutines wait for it: that is close().
    static std::unique_ptr<client> create(const executor& on, client_options options);

    virtual ~client() = default;

    // Sends one command and waits for its reply, in at most `deadline` (the option's when 0).
    // Without a connection the wait for one counts, unless the last attempt showed that waiting is
    // useless: `rejected` when the server refuses our password, `invalid` when the options cannot
    // work. An error reply becomes a failure: LOADING, READONLY, OOM, MASTERDOWN, NOREPLICAS,
    // MISCONF, BUSY, TRYAGAIN, CLUSTERDOWN, MOVED, ASK -> `unavailable`; NOAUTH, WRONGPASS, NOPERM
    // -> `rejected`; anything else -> `invalid`. `cancelled` after close(), or when the waiting
    // coroutine is cancelled. Not for blocking commands.
    virtual awaitable<result<reply>> execute(arguments command, milliseconds deadline = {}) = 0;

    // Sends several commands in one go and waits for all their replies, in their order. Fails as
    // execute() does when one of them fails; the others may have been executed all the same.
    virtual awaitable<result<array>>
    execute_together(std::vector<arguments> commands, milliseconds deadline = {}) = 0;

    // FCALL, and if the server does not know the function FUNCTION LOAD of its library and once
    // more (what is not known did not run). Same failures; `deadline` is for all of it. `what` must
    // stay until the end. Functions report their own refusals by what they return.
    virtual awaitable<result<reply>>
    run(const function& what, arguments keys, arguments values, milliseconds deadline = {}) = 0;

    // True while a connection is established and answered its handshake.
    virtual bool connected() const = 0;

    // Why there is no connection, naming the server; "" while there is one. Holds no password.
    virtual std::string trouble() const = 0;

    // What the server's clock shows now, as it was last measured (by TIME, at connect and by
    // measure_clock()); this machine's before that. In between it is told by the monotonic clock,
    // so a step of this machine's does not move it.
    virtual unix_millis server_now() const = 0;

    // Measures it again. Fails as execute() does.
    virtual awaitable<result<void>> measure_clock(milliseconds deadline = {}) = 0;

    // Ends the connection; waiters fail with `cancelled`.
    virtual void close() = 0;
};

// Receives PUBLISHed messages on a connection of its own, reconnecting as the client does; every
// three stall_limits the server must answer a PING. Messages published meanwhile are lost by Redis'
// design: a subscriber is a hint, never the truth.
class subscription {
public:
    // `on_message` gets the payload; `on_ready` runs after each (re)connect, when hints may have
    // been missed. Both run on `on`, may destroy the subscription, and are not called after that.
    static std::unique_ptr<subscription> open(
        const executor& on,
        client_options options,
        std::string channel,
        std::function<void(std::string_view)> on_message,
        std::function<void()> on_ready
    );
    virtual ~subscription() = default;
};

} // namespace imagined::redis
