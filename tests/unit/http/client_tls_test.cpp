// The client against TLS peers with certificates that exist for one test.
#include "harness.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <doctest/doctest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <array>
#include <memory>
#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

using tls_stream = asio::ssl::stream<tcp_socket>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

// A key, and a certificate that it signed itself, for the subject alternative names given in
// OpenSSL's notation ("DNS:localhost").
class identity {
public:
    explicit identity(const std::string& names)
        : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
        auto* x = certificate_.get();
        X509_set_version(x, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
        X509_gmtime_adj(X509_getm_notBefore(x), -3600);
        X509_gmtime_adj(X509_getm_notAfter(x), 3600);
        X509_set_pubkey(x, key_.get());
        auto* name = X509_get_subject_name(x);
        const auto* text = reinterpret_cast<const unsigned char*>("imagined test");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(x, name);
        auto* alternatives =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
        REQUIRE(alternatives != nullptr);
        X509_add_ext(x, alternatives, -1);
        X509_EXTENSION_free(alternatives);
        REQUIRE(X509_sign(x, key_.get(), EVP_sha256()) > 0);
        char path[] = "/tmp/imagined-ca-XXXXXX";
        const int fd = ::mkstemp(path);
        REQUIRE(fd >= 0);
        FILE* file = ::fdopen(fd, "w");
        PEM_write_X509(file, x);
        std::fclose(file);
        ca_file_ = path;
    }

    ~identity() { ::unlink(ca_file_.c_str()); }

    identity(const identity&) = delete;
    identity& operator=(const identity&) = delete;

    const std::string& ca_file() const { return ca_file_; }

    asio::ssl::context server_context() const {
        asio::ssl::context context(asio::ssl::context::tls_server);
        SSL_CTX_use_certificate(context.native_handle(), certificate_.get());
        SSL_CTX_use_PrivateKey(context.native_handle(), key_.get());
        return context;
    }

private:
    key_ptr key_;
    certificate_ptr certificate_;
    std::string ca_file_;
};

// Accepts TLS connections on 127.0.0.1; each is answered with `answer` once a request's head was
// read, as often as one comes, and closed without a TLS goodbye after `requests` of them.
class tls_server {
public:
    tls_server(
        asio::io_context& io,
        const identity& who,
        std::string answer,
        int requests,
        std::uint16_t port = 0
    )
        : answer_(std::move(answer)),
          requests_(requests),
          context_(who.server_context()),
          acceptor_(io.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), port)),
          peers_(io.get_executor()) {
        peers_.spawn("tls accept", [this] { return accept(); });
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    int accepted() const { return accepted_; }

    int read_requests() const { return read_requests_; }

    int resumed() const { return resumed_; }

    void leave_port() { acceptor_.close(); }

    // As a restart does: what was offered so far can not be resumed any more.
    void forget_keys() {
        constexpr std::size_t key_bytes = 80; // as OpenSSL wants them
        std::array<unsigned char, key_bytes> fresh{};
        REQUIRE(RAND_bytes(fresh.data(), static_cast<int>(fresh.size())) == 1);
        REQUIRE(
            SSL_CTX_set_tlsext_ticket_keys(context_.native_handle(), fresh.data(), fresh.size())
            == 1
        );
    }

    // From now on breaks off with whoever wants to resume, and offers nothing.
    void stumble_over_offers() {
        SSL_CTX_set_tlsext_ticket_key_evp_cb(
            context_.native_handle(),
            [](SSL*, unsigned char*, unsigned char*, EVP_CIPHER_CTX*, EVP_MAC_CTX*, int making) {
                return making == 1 ? 0 : -1;
            }
        );
    }

    void only_tls12() { SSL_CTX_set_max_proto_version(context_.native_handle(), TLS1_2_VERSION); }

    const std::string& server_name() const { return server_name_; }

private:
    awaitable<> accept() {
        while (true) {
            auto [ec, socket] = co_await acceptor_.async_accept(as_outcome);
            if (ec) {
                co_return;
            }
            ++accepted_;
            auto peer = std::make_shared<tls_stream>(std::move(socket), context_);
            peers_.spawn("tls peer", [this, peer] { return serve(peer); });
        }
    }

    awaitable<> serve(std::shared_ptr<tls_stream> peer) {
        auto [failed] = co_await peer->async_handshake(tls_stream::server, as_outcome);
        if (failed) {
            co_return;
        }
        resumed_ += SSL_session_reused(peer->native_handle());
        const auto* name = SSL_get_servername(peer->native_handle(), TLSEXT_NAMETYPE_host_name);
        server_name_ = name == nullptr ? "" : name;
        std::string received;
        for (int i = 0; i < requests_; ++i) {
            while (received.find("\r\n\r\n") == std::string::npos) {
                std::array<char, 1024> piece;
                auto [ec, n] = co_await peer->async_read_some(asio::buffer(piece), as_outcome);
                if (ec) {
                    co_return;
                }
                received.append(piece.data(), n);
            }
            received.erase(0, received.find("\r\n\r\n") + 4);
            ++read_requests_;
            co_await asio::async_write(*peer, asio::buffer(answer_), as_outcome);
        }
    }

    std::string answer_;
    int requests_;
    asio::ssl::context context_;
    tcp_acceptor acceptor_;
    task_group peers_;
    int accepted_ = 0;
    int read_requests_ = 0;
    int resumed_ = 0;
    std::string server_name_;
};

const std::string answer_hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

// Copies what comes at one end to the other, until it ends.
awaitable<> copy(raw_peer& from, raw_peer& to) {
    std::array<char, 4096> piece;
    while (true) {
        auto [ec, n] = co_await from.socket().async_read_some(asio::buffer(piece), as_outcome);
        if (ec || !co_await to.send({piece.data(), n})) {
            to.close();
            co_return;
        }
    }
}

// A proxy that leads every CONNECT to `port` here, whatever name it asks for.
scripted_server::script leading_to(asio::io_context& io, std::uint16_t port, std::string& asked) {
    return [&io, port, &asked](raw_peer& peer) -> awaitable<> {
        asked = co_await peer.read_message();
        auto there =
            co_await raw_peer::dial(io.get_executor(), "127.0.0.1:" + std::to_string(port));
        co_await peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
        using namespace boost::asio::experimental::awaitable_operators;
        co_await (copy(peer, there) || copy(there, peer));
    };
}

struct secure_caller {
    explicit secure_caller(const std::string& ca_file) {
        client_options options;
        options.ca_file = ca_file;
        made = client::create(io.get_executor(), options).value();
    }

    exchange get(const std::string& host, std::uint16_t port) {
        outgoing request;
        request.to = {true, host, port, "/"};
        return run_on(io, std::function<awaitable<exchange>()>([&]() -> awaitable<exchange> {
                          co_return co_await made->send(request);
                      }));
    }

    asio::io_context io;
    std::unique_ptr<client> made;
};

} // namespace

TEST_CASE("a certificate for the right name from a known authority is accepted") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 2);
    const auto done = c.get("localhost", server.port());
    CHECK(done.reached == progress::answered);
    CHECK(done.outcome.value().text() == "hi");
    CHECK(server.server_name() == "localhost");
    CHECK(c.get("localhost", server.port()).outcome.value().text() == "hi");
    CHECK(server.accepted() == 1);
}

TEST_CASE("a certificate for the right address is accepted, and no name is sent") {
    const identity who("IP:127.0.0.1");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    CHECK(c.get("127.0.0.1", server.port()).outcome.value().text() == "hi");
    CHECK(server.server_name().empty());
}

TEST_CASE("a certificate for another name is refused before anything is sent") {
    const identity who("DNS:other.example");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    for (const auto* host : {"localhost", "127.0.0.1"}) {
        const auto done = c.get(host, server.port());
        REQUIRE(done.outcome.has_error());
        CHECK(done.outcome.error().kind == failure_kind::unavailable);
        CHECK(done.reached == progress::not_sent);
    }
    CHECK(server.read_requests() == 0);
}

TEST_CASE("a certificate from an unknown authority is refused before anything is sent") {
    const identity who("DNS:localhost");
    const identity other("DNS:localhost");
    secure_caller c(other.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    const auto done = c.get("localhost", server.port());
    REQUIRE(done.outcome.has_error());
    CHECK(done.outcome.error().kind == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
    CHECK(server.read_requests() == 0);
}

TEST_CASE("a peer that speaks no TLS is `unavailable` and not sent") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    scripted_server plain(c.io, {[](raw_peer& peer) -> awaitable<> {
                              co_await peer.send("HTTP/1.1 200 OK\r\n\r\n");
                              co_await peer.read_all();
                          }});
    const auto done = c.get("localhost", plain.port());
    REQUIRE(done.outcome.has_error());
    CHECK(done.outcome.error().kind == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
}

TEST_CASE("a peer that never finishes the handshake costs the deadline, and nothing was sent") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    scripted_server silent(c.io, {[](raw_peer& peer) -> awaitable<> { co_await peer.read_all(); }});
    outgoing request;
    request.to = {true, "127.0.0.1", silent.port(), "/"};
    request.deadline = milliseconds(100);
    const auto done =
        run_on(c.io, std::function<awaitable<exchange>()>([&]() -> awaitable<exchange> {
                   co_return co_await c.made->send(request);
               }));
    REQUIRE(done.outcome.has_error());
    CHECK(done.outcome.error().detail.find("timed out") != std::string::npos);
    CHECK(done.reached == progress::not_sent);
}

TEST_CASE("a stream cut without goodbye is fine after a whole answer and an error inside one") {
    const identity who("DNS:localhost");
    {
        secure_caller c(who.ca_file());
        tls_server server(c.io, who, answer_hi, 1);
        CHECK(c.get("localhost", server.port()).reached == progress::answered);
    }
    for (const auto* cut :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\nhi"}) {
        CAPTURE(cut);
        secure_caller c(who.ca_file());
        tls_server server(c.io, who, cut, 1);
        const auto done = c.get("localhost", server.port());
        REQUIRE(done.outcome.has_error());
        CHECK(done.outcome.error().kind == failure_kind::unavailable);
        CHECK(done.reached == progress::sent);
    }
}

TEST_CASE("a pooled TLS connection that the peer cut is replaced by a fresh one") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    run_on(c.io, std::function<awaitable<>()>([]() -> awaitable<> {
               co_await pause_for(milliseconds(20));
           }));
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    CHECK(server.accepted() == 2);
}

TEST_CASE("the next connection to a peer resumes what it offered, with TLS 1.3 and 1.2") {
    const identity who("DNS:localhost");
    for (const bool old : {false, true}) {
        CAPTURE(old);
        secure_caller c(who.ca_file());
        tls_server server(c.io, who, answer_hi, 1);
        if (old) {
            server.only_tls12();
        }
        for (int i = 0; i < 3; ++i) {
            CHECK(c.get("localhost", server.port()).outcome.value().text() == "hi");
        }
        CHECK(server.accepted() == 3);
        CHECK(server.resumed() == 2);
    }
}

TEST_CASE("a peer that can not resume what it offered is reached by a whole handshake") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    server.forget_keys();
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    CHECK(server.resumed() == 0);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    CHECK(server.resumed() == 1);
}

// What a peer offered stands for the name that its certificate was checked for, and no other.
TEST_CASE("what was offered under one name is not resumed under another") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    CHECK(c.get("127.0.0.1", server.port()).reached == progress::not_sent);
    CHECK(server.resumed() == 0);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    CHECK(server.resumed() == 1);
}

TEST_CASE("a peer that stumbles over what it offered is met without it the next time") {
    const identity who("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server server(c.io, who, answer_hi, 1);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
    server.stumble_over_offers();
    CHECK(c.get("localhost", server.port()).reached == progress::not_sent);
    CHECK(c.get("localhost", server.port()).reached == progress::answered);
}

TEST_CASE("an impostor at the port of a known peer is refused") {
    const identity who("DNS:localhost");
    const identity other("DNS:localhost");
    secure_caller c(who.ca_file());
    tls_server known(c.io, who, answer_hi, 1);
    const auto port = known.port();
    CHECK(c.get("localhost", port).reached == progress::answered);
    known.leave_port();
    tls_server impostor(c.io, other, answer_hi, 1, port);
    CHECK(c.get("localhost", port).reached == progress::not_sent);
    CHECK(impostor.read_requests() == 0);
    CHECK(impostor.resumed() == 0);
}

TEST_CASE("through a tunnel the target proves its name, and its connection is kept") {
    const identity who("DNS:api.invalid");
    for (const bool right : {true, false}) {
        CAPTURE(right);
        std::string asked;
        secure_caller c(who.ca_file());
        tls_server server(c.io, who, answer_hi, 2);
        scripted_server between(c.io, {leading_to(c.io, server.port(), asked)});
        client_options options;
        options.ca_file = who.ca_file();
        const auto at = "http://me:pw@127.0.0.1:" + std::to_string(between.port());
        options.out = way_out::through(parse_proxy(at).value());
        c.made = client::create(c.io.get_executor(), options).value();
        const auto done = c.get(right ? "api.invalid" : "other.invalid", 443);
        if (!right) {
            CHECK(done.outcome.has_error());
            CHECK(done.reached == progress::not_sent);
            CHECK(server.read_requests() == 0);
            continue;
        }
        CHECK(done.outcome.value().text() == "hi");
        CHECK(server.server_name() == "api.invalid");
        CHECK(asked.starts_with("CONNECT api.invalid:443 HTTP/1.1\r\n"));
        CHECK(asked.find("Proxy-Authorization: Basic ") != std::string::npos);
        CHECK(c.get("api.invalid", 443).outcome.value().text() == "hi");
        CHECK(server.accepted() == 1);
    }
}
