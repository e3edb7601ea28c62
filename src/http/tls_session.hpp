// TLS on a socket that somebody else waits for: each verb goes as far as it can at once and then
// says what it waits for. No byte is buffered beside OpenSSL, which gives its buffers back while it
// waits: so a call that is held costs a fraction of what Asio's stream keeps for it.
#pragma once

#include "session_cache.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>

namespace imagined::http {

class tls_session {
public:
    enum class outcome { done, wants_read, wants_write, failed };

    struct step {
        outcome what = outcome::done;
        std::size_t bytes = 0;          // when done
        boost::system::error_code ec{}; // when failed; asio::error::eof after the peer's goodbye
    };

    // Once for a context: its sessions keep what their peers offer, see resume().
    static void keep_offers(SSL_CTX* context);

    // `context` must outlive the session.
    explicit tls_session(SSL_CTX* context);
    tls_session(const tls_session&) = delete; // OpenSSL knows where it is
    tls_session& operator=(const tls_session&) = delete;

    // Names `host` to the peer (SNI, unless it is an address), and requires a certificate for it.
    bool expect(const std::string& host);

    // Before the handshake: resumes what `cache` keeps of `peer` (host and port), and keeps there
    // what the peer offers. A peer that refuses to resume makes a whole handshake of it by itself.
    void resume(std::shared_ptr<session_cache> cache, std::string peer);

    // `fd` is the socket's, or -1 once it was closed: asked anew each time, because the number may
    // be somebody else's by then. A write that waits is repeated with the same bytes.
    step handshake(int fd);
    step read(int fd, boost::asio::mutable_buffer into);
    step write(int fd, boost::asio::const_buffer from);
    // Done when there is something to read. What the peer tells TLS itself is taken on the way.
    step look(int fd);

private:
    struct free_session {
        void operator()(SSL* session) const { SSL_free(session); }
    };

    static int offered(SSL* session, SSL_SESSION* fresh);

    void use(int fd);
    step after(int told, std::size_t bytes);

    std::shared_ptr<session_cache> cache_;
    std::string peer_;
    std::unique_ptr<SSL, free_session> session_;
};

} // namespace imagined::http
