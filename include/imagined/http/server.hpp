// An HTTP/1.1 server on Beast: framing, limits and deadlines are its business; what a request means
// is the handler's. Keep-alive and pipelining are served. HEAD answers carry headers only.
// `Expect: 100-continue` is answered after admission.
//
// Ambiguous framing is refused with 400 and the connection closed, before admission (RFC 9112 §6.3,
// §11.2; request smuggling): Content-Length together with Transfer-Encoding in either order,
// repeated Content-Length (identical ones too), any transfer coding but a single `chunked`, chunked
// in HTTP/1.0, framing fields (Content-Length, Transfer-Encoding, Host) in trailers, obs-fold, bare
// LF line ends, several Host fields, none in HTTP/1.1.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/base/task_group.hpp"
#include "imagined/http/message.hpp"

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace imagined::http {

struct server_options {
    std::size_t max_header_bytes = std::size_t{16} * 1024;
    std::size_t max_header_count = 100;
    std::size_t max_connections = 20000; // one more is answered 503 and closed
    // From the first byte of a request to the end of its headers: 408. A new connection on which
    // nothing arrives is closed after as long.
    seconds header_deadline{10};
    seconds idle_deadline{75};        // between requests of a kept connection
    seconds body_deadline{120};       // whole body
    std::size_t min_body_rate = 1024; // bytes a second, averaged over windows of 10 s, after 10 s
    // Of all request bodies together, from their first byte until they are handled: beyond it a
    // body is answered 503.
    std::size_t max_held_bytes = std::size_t{256} * 1000 * 1000;
    seconds write_deadline{60}; // without any progress of the answer
    // For the whole of each piece of a streamed answer: a peer that reads more slowly than its
    // stream speaks is dropped.
    seconds stream_deadline{10};
    // What the system may hold of a stream that its peer has not read.
    int stream_buffer_bytes = 64 * 1024;
};

// What the handler decides on the head alone: how much body it takes, or an answer at once.
struct admission {
    std::size_t max_body_bytes = 0; // a longer body gets 413 through handler::refuse
    std::any note = {};             // for handle(), so that nothing is found out twice
};

class handler {
public:
    virtual ~handler() = default;

    // Called once the head is read and its framing accepted. Route and authenticate here; a
    // response ends the request (its unread body is drained briefly, then the connection closes).
    virtual std::variant<admission, response> admit(const request_head& head) = 0;

    // Called with the whole body. Must not throw for bad input. An exception becomes refuse(500)
    // and ends only this request.
    virtual awaitable<response> handle(request incoming) = 0;

    // Shapes the server's own errors (400 framing, 408, 413, 417, 431, 500, 503) like the API's.
    // `head` is empty-valued when the head could not be parsed, or went to handle().
    virtual response refuse(int status, std::string_view reason, const request_head& head) = 0;
};

struct listening_socket;

// An address that is bound and listened on (SO_REUSEADDR, TCP_NODELAY, backlog 4096). Whoever
// connects waits until a server takes it over. Apart from the server, so that a handler can be made
// that knows the port.
class listener {
public:
    // `address` is host:port or [v6]:port; port 0 picks a free one. Fails with `unavailable` naming
    // the address, or `invalid` when it is neither. `on` must outlive the listener.
    static result<listener> open(executor on, const std::string& address);

    explicit listener(std::shared_ptr<listening_socket> socket) : socket_(std::move(socket)) {}

    // "127.0.0.1:8080": the real port when 0 was asked for.
    std::string address() const;

    const std::shared_ptr<listening_socket>& socket() const { return socket_; }

private:
    std::shared_ptr<listening_socket> socket_;
};

class server {
public:
    // Takes the listener over, and closes it. `what` and the listener's executor must outlive the
    // server; a handler's coroutine that is still waiting when the server is destroyed without
    // join() is cancelled.
    static std::unique_ptr<server> create(listener from, server_options options, handler& what);

    virtual ~server() = default;

    // The listener's, also after drain().
    virtual std::string address() const = 0;

    // Starts accepting. Connections are children of the server.
    virtual void start() = 0;

    // Stops accepting; connections that are between requests close, the others after their answer
    // (which says `Connection: close`). Streamed answers are told to stop.
    virtual void drain() = 0;

    // Drains, and waits until no connection is left or `limit` has passed; then cuts the rest and
    // cancels their handlers.
    virtual awaitable<> join(milliseconds limit) = 0;

    virtual std::size_t connections() const = 0;

    // Of request bodies, now.
    virtual std::size_t held_bytes() const = 0;
};

} // namespace imagined::http
