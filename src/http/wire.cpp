#include "wire.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace imagined::http {

wire::wire(executor on, asio::ssl::context* tls) : stream_(std::in_place_type<socket>, on) {
    if (tls != nullptr) {
        stream_.emplace<tls_stream>(on, *tls);
    }
}

wire::socket& wire::lowest() {
    auto* tls = std::get_if<tls_stream>(&stream_);
    return tls == nullptr ? std::get<socket>(stream_) : tls->next_layer();
}

awaitable<boost::system::error_code> wire::connect(tcp::endpoint peer) {
    peer_ = peer;
    auto [ec] = co_await lowest().async_connect(peer, as_outcome);
    if (!ec) {
        lowest().set_option(tcp::no_delay(true), ec);
    }
    co_return ec;
}

awaitable<boost::system::error_code> wire::handshake(std::string host) {
    auto& tls = std::get<tls_stream>(stream_);
    boost::system::error_code ec;
    const bool is_address = (static_cast<void>(asio::ip::make_address(host, ec)), !ec);
    if (!is_address && SSL_set_tlsext_host_name(tls.native_handle(), host.c_str()) != 1) {
        co_return asio::error::invalid_argument;
    }
    tls.set_verify_callback(asio::ssl::host_name_verification(host), ec);
    if (ec) {
        co_return ec;
    }
    auto [failed] = co_await tls.async_handshake(asio::ssl::stream_base::client, as_outcome);
    co_return failed;
}

awaitable<wire::moved> wire::write_some(std::array<asio::const_buffer, 2> data) {
    if (auto* tls = std::get_if<tls_stream>(&stream_)) {
        auto [ec, count] = co_await tls->async_write_some(data, as_outcome);
        co_return moved{ec, count};
    }
    auto [ec, count] = co_await lowest().async_write_some(data, as_outcome);
    co_return moved{ec, count};
}

awaitable<wire::moved> wire::read_some(asio::mutable_buffer into) {
    if (auto* tls = std::get_if<tls_stream>(&stream_)) {
        auto [ec, count] = co_await tls->async_read_some(into, as_outcome);
        co_return moved{ec, count};
    }
    auto [ec, count] = co_await lowest().async_read_some(into, as_outcome);
    co_return moved{ec, count};
}

awaitable<boost::system::error_code> wire::wait_readable() {
    if (is_tls()) {
        co_return boost::system::error_code{}; // its own buffers may already hold the bytes
    }
    auto [ec] = co_await lowest().async_wait(socket::wait_read, as_outcome);
    co_return ec;
}

bool wire::is_quiet() {
    if (auto* tls = std::get_if<tls_stream>(&stream_)) {
        // What was decrypted, or only read, but belongs to no answer.
        auto* ssl = tls->native_handle();
        if (SSL_pending(ssl) > 0 || BIO_pending(SSL_get_rbio(ssl)) > 0) {
            return false;
        }
    }
    char byte = 0;
    const auto count = ::recv(lowest().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void wire::close() {
    boost::system::error_code ec;
    lowest().close(ec);
}

} // namespace imagined::http
