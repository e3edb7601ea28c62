// A byte stream to one peer, plain or TLS, behind one set of verbs. Knows nothing of HTTP.
#pragma once

#include "imagined/base/async.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>

namespace imagined::http {

class wire {
public:
    using tcp = asio::ip::tcp;
    using socket = asio::basic_stream_socket<tcp, executor>;
    using tls_stream = asio::ssl::stream<socket>;

    struct moved {
        boost::system::error_code ec;
        std::size_t bytes = 0;
    };

    // Plain when `tls` is nullptr, else a TLS client by that context, which must outlive the wire.
    wire(executor on, asio::ssl::context* tls);
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    awaitable<boost::system::error_code> connect(tcp::endpoint peer);

    // TLS only: names `host` to the peer (SNI, unless it is an address) and requires a certificate
    // for it.
    awaitable<boost::system::error_code> handshake(std::string host);

    awaitable<moved> write_some(std::array<asio::const_buffer, 2> data);
    awaitable<moved> read_some(asio::mutable_buffer into);

    // Plain: resumes when something can be read, so that no buffer is held before. TLS: at once.
    awaitable<boost::system::error_code> wait_readable();

    // True if an idle wire can be used: the peer has neither closed it nor sent anything unasked.
    bool is_quiet();

    bool is_tls() const { return std::holds_alternative<tls_stream>(stream_); }

    const tcp::endpoint& peer() const { return peer_; }

    // Ends every wait on this wire.
    void close();

private:
    socket& lowest();

    std::variant<socket, tls_stream> stream_;
    tcp::endpoint peer_;
};

} // namespace imagined::http
