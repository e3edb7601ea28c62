#include "tls_session.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <new>
#include <utility>

namespace imagined::http {

namespace {

using boost::system::error_code;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL.
int socket_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_passing() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int send_bytes(BIO* bio, const char* from, int count) {
    BIO_clear_retry_flags(bio);
    const auto sent =
        ::send(socket_of(bio), from, static_cast<std::size_t>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && is_passing()) {
        BIO_set_retry_write(bio);
    }
    return static_cast<int>(sent);
}

int receive_bytes(BIO* bio, char* into, int count) {
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(socket_of(bio), into, static_cast<std::size_t>(count), MSG_DONTWAIT);
    if (got < 0 && is_passing()) {
        BIO_set_retry_read(bio);
    }
    return static_cast<int>(got);
}

long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0; // nothing is held back
}

int make(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD* make_method() {
    auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "imagined socket");
    if (method == nullptr) {
        throw std::bad_alloc();
    }
    BIO_meth_set_write(method, send_bytes);
    BIO_meth_set_read(method, receive_bytes);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, make);
    return method;
}

const BIO_METHOD* socket_method() {
    static const BIO_METHOD* const method = make_method(); // as long as the program
    return method;
}

bool is_address(const std::string& host) {
    error_code ec;
    boost::asio::ip::make_address(host, ec);
    return !ec;
}

} // namespace

void tls_session::keep_offers(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, offered);
}

tls_session::tls_session(SSL_CTX* context) : session_(SSL_new(context)) {
    auto* socket = session_ ? BIO_new(socket_method()) : nullptr;
    if (socket == nullptr) {
        throw std::bad_alloc();
    }
    SSL_set_bio(session_.get(), socket, socket); // takes it
    SSL_set_mode(
        session_.get(),
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
            | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_set_connect_state(session_.get());
}

bool tls_session::expect(const std::string& host) {
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str()) == 1;
    }
    return SSL_set_tlsext_host_name(session_.get(), host.c_str()) == 1
           && SSL_set1_host(session_.get(), host.c_str()) == 1;
}

void tls_session::resume(std::shared_ptr<session_cache> cache, std::string peer) {
    cache_ = std::move(cache);
    peer_ = std::move(peer);
    SSL_set_app_data(session_.get(), this);
    if (const auto known = cache_->find(peer_)) {
        SSL_set_session(session_.get(), known.get());
    }
}

// TLS 1.3 offers after the handshake, while the peer's first bytes are read.
int tls_session::offered(SSL* session, SSL_SESSION* fresh) {
    const auto* self = static_cast<tls_session*>(SSL_get_app_data(session));
    if (self == nullptr) {
        return 0;
    }
    self->cache_->keep(self->peer_, *fresh);
    return 0; // not this one, but its copy
}

void tls_session::use(int fd) {
    ERR_clear_error(); // or what went wrong with another session would be told as ours
    errno = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the number itself, never followed
    BIO_set_data(SSL_get_rbio(session_.get()), reinterpret_cast<void*>(std::intptr_t{fd}));
}

tls_session::step tls_session::after(int told, std::size_t bytes) {
    const int system = errno;
    switch (SSL_get_error(session_.get(), told)) {
    case SSL_ERROR_NONE:
        return {outcome::done, bytes, {}};
    case SSL_ERROR_WANT_READ:
        return {outcome::wants_read, 0, {}};
    case SSL_ERROR_WANT_WRITE:
        return {outcome::wants_write, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
        return {outcome::failed, 0, boost::asio::error::eof};
    default:
        break;
    }
    if (const auto code = ERR_get_error();
        code != 0 && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        const auto& category = boost::asio::error::get_ssl_category();
        return {outcome::failed, 0, error_code(static_cast<int>(code), category)};
    }
    if (system != 0) {
        return {outcome::failed, 0, error_code(system, boost::system::system_category())};
    }
    return {outcome::failed, 0, boost::asio::ssl::error::stream_truncated};
}

tls_session::step tls_session::handshake(int fd) {
    use(fd);
    const auto made = after(SSL_do_handshake(session_.get()), 0);
    if (made.what == outcome::failed && cache_) {
        cache_->forget(peer_); // in case it is what the peer stumbled over
    }
    return made;
}

tls_session::step tls_session::read(int fd, boost::asio::mutable_buffer into) {
    use(fd);
    std::size_t bytes = 0;
    const int told = SSL_read_ex(session_.get(), into.data(), into.size(), &bytes);
    return after(told, bytes);
}

tls_session::step tls_session::write(int fd, boost::asio::const_buffer from) {
    use(fd);
    std::size_t bytes = 0;
    const int told = SSL_write_ex(session_.get(), from.data(), from.size(), &bytes);
    return after(told, bytes);
}

tls_session::step tls_session::look(int fd) {
    use(fd);
    char byte = 0;
    std::size_t bytes = 0;
    const int told = SSL_peek_ex(session_.get(), &byte, 1, &bytes);
    return after(told, bytes);
}

} // namespace imagined::http
