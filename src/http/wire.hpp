// A byte stream to one peer, plain or TLS, behind one set of verbs. Knows nothing of HTTP.
#pragma once

#include "tls_session.hpp"

#include "imagined/base/async.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace imagined::http {

class wire {
public:
    using tcp = asio::ip::tcp;
    using socket = asio::basic_stream_socket<tcp, executor>;

    struct moved {
        boost::system::error_code ec;
        std::size_t bytes = 0;
    };

    // Plain until it is secured.
    explicit wire(executor on);
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    awaitable<boost::system::error_code> connect(tcp::endpoint peer);

    // What is moved from now on is TLS by that context, which must outlive the wire.
    void secure(SSL_CTX* tls);

    // TLS only: names `host` to the peer (SNI, unless it is an address) and requires a certificate
    // for it, or resumes what it offered before, as `host` and `port`, to the same cache.
    awaitable<boost::system::error_code>
    handshake(std::string host, std::uint16_t port, std::shared_ptr<session_cache> offered);

    awaitable<moved> write_some(std::array<asio::const_buffer, 2> data);
    awaitable<moved> read_some(asio::mutable_buffer into);

    // Completes when something came, or the peer has ended it; no buffer is held before. A plain
    // operation: whoever waits long may do it without a coroutine.
    template <class Token>
    auto readable(Token&& token) {
        return socket_.async_wait(socket::wait_read, std::forward<Token>(token));
    }

    // After readable(): what came was for TLS alone (a ticket, a key), so wait again.
    bool is_silent();

    // True if an idle wire can be used: the peer has neither closed it nor sent anything unasked.
    bool is_quiet();

    bool is_tls() const { return tls_ != nullptr; }

    const tcp::endpoint& peer() const { return peer_; }

    // Ends every wait on this wire.
    void close();

private:
    // Waits for what the session asks for.
    awaitable<boost::system::error_code> wait_for(tls_session::outcome wanted);
    awaitable<moved> write_tls(asio::const_buffer data);

    socket socket_;
    std::unique_ptr<tls_session> tls_;
    tcp::endpoint peer_;
};

} // namespace imagined::http
