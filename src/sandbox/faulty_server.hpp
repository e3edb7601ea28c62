// The HTTP server of the simulated upstreams: a plain one on Beast that can also fail its peers, as
// real ones do. It cuts an answer in half, sends none, or lets one drip, whatever its upstream
// orders. The program's own server (http/server.hpp) does nothing of the kind.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace imagined::sandbox {

// How much of a reply is put on the wire before the connection is closed.
enum class delivery { whole, half, nothing };

struct reply {
    // Of a text body. Content-Length, Date, Connection and Transfer-Encoding are the server's.
    http::response said;
    delivery sent = delivery::whole;
    // Bytes of the body a second, in pieces of a tenth of that; 0: as fast as it goes.
    std::size_t drip = 0;

    reply() = default;

    reply(http::response answer) : said(std::move(answer)) {}
};

class upstream {
public:
    virtual ~upstream() = default;

    // On the head alone: how many bytes of body are taken (more are refused with 413), or a reply
    // at once, after which the connection is closed if there is a body.
    virtual std::variant<std::size_t, reply> admit(const http::request_head& head) = 0;

    // With the whole body. An exception becomes refuse(500).
    virtual awaitable<reply> handle(http::request incoming) = 0;

    // Shapes the server's own errors: 400, 413, 500. `head` is empty where none could be read.
    virtual http::response
    refuse(int status, std::string_view reason, const http::request_head& head) = 0;
};

class faulty_server {
public:
    // Binds and listens at once. Fails with `unavailable` when the address cannot be bound,
    // `invalid` when it is not host:port. `what` must outlive the server.
    static result<std::unique_ptr<faulty_server>>
    open(executor on, const std::string& address, upstream& what);

    virtual ~faulty_server() = default;

    virtual std::string address() const = 0; // with the real port when 0 was asked for

    virtual void start() = 0;

    // Stops accepting and waits for the replies under way, but no longer than `limit`. To be
    // awaited before the server goes while its io_context still runs.
    virtual awaitable<> stop(milliseconds limit) = 0;
};

} // namespace imagined::sandbox
