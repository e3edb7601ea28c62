#include "wire.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <string>

namespace imagined::http {

namespace {

using boost::system::error_code;
using outcome = tls_session::outcome;

// What one TLS record takes; a head and a body that fit into one leave together.
constexpr std::size_t record_bytes = std::size_t{16} * 1024;

bool waits(const tls_session::step& made) {
    return made.what == outcome::wants_read || made.what == outcome::wants_write;
}

} // namespace

wire::wire(executor on) : socket_(std::move(on)) {}

void wire::secure(SSL_CTX* tls) {
    tls_ = std::make_unique<tls_session>(tls);
}

awaitable<error_code> wire::connect(tcp::endpoint peer) {
    peer_ = peer;
    auto [ec] = co_await socket_.async_connect(peer, as_outcome);
    if (!ec) {
        socket_.set_option(tcp::no_delay(true), ec);
    }
    co_return ec;
}

awaitable<error_code> wire::wait_for(outcome wanted) {
    const auto what = wanted == outcome::wants_write ? socket::wait_write : socket::wait_read;
    auto [ec] = co_await socket_.async_wait(what, as_outcome);
    co_return ec;
}

awaitable<error_code>
wire::handshake(std::string host, std::uint16_t port, std::shared_ptr<session_cache> offered) {
    if (!tls_->expect(host)) {
        co_return asio::error::invalid_argument;
    }
    tls_->resume(std::move(offered), host + ":" + std::to_string(port));
    for (;;) {
        const auto made = tls_->handshake(socket_.native_handle());
        if (!waits(made)) {
            co_return made.ec;
        }
        if (const auto ec = co_await wait_for(made.what)) {
            co_return ec;
        }
    }
}

awaitable<wire::moved> wire::write_tls(asio::const_buffer data) {
    for (;;) {
        const auto made = tls_->write(socket_.native_handle(), data);
        if (!waits(made)) {
            co_return moved{made.ec, made.bytes};
        }
        if (const auto ec = co_await wait_for(made.what)) {
            co_return moved{ec, 0};
        }
    }
}

awaitable<wire::moved> wire::write_some(std::array<asio::const_buffer, 2> data) {
    if (!tls_) {
        auto [ec, count] = co_await socket_.async_write_some(data, as_outcome);
        co_return moved{ec, count};
    }
    if (data[0].size() > 0 && data[1].size() > 0
        && data[0].size() + data[1].size() <= record_bytes) {
        std::string both;
        both.append(static_cast<const char*>(data[0].data()), data[0].size());
        both.append(static_cast<const char*>(data[1].data()), data[1].size());
        co_return co_await write_tls(asio::buffer(both));
    }
    co_return co_await write_tls(data[0].size() > 0 ? data[0] : data[1]);
}

awaitable<wire::moved> wire::read_some(asio::mutable_buffer into) {
    if (!tls_) {
        auto [ec, count] = co_await socket_.async_read_some(into, as_outcome);
        co_return moved{ec, count};
    }
    for (;;) {
        const auto made = tls_->read(socket_.native_handle(), into);
        if (!waits(made)) {
            co_return moved{made.ec, made.bytes};
        }
        const auto ec = co_await wait_for(made.what);
        if (ec) {
            co_return moved{ec, 0};
        }
    }
}

bool wire::is_silent() {
    return tls_ && waits(tls_->look(socket_.native_handle()));
}

bool wire::is_quiet() {
    if (tls_) {
        return tls_->look(socket_.native_handle()).what == outcome::wants_read;
    }
    char byte = 0;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void wire::close() {
    error_code ec;
    socket_.close(ec);
}

} // namespace imagined::http
