// TLS against a server whose certificate is made here.
#include "client_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

using namespace imagined;
using namespace imagined::test;

namespace {

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

// A self-signed certificate for `name` ("DNS:localhost") as PEM, and its key.
class certificate {
public:
    explicit certificate(const char* name)
        : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), made_(X509_new(), X509_free) {
        X509_set_version(made_.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made_.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made_.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made_.get()), 3600);
        X509_set_pubkey(made_.get(), key_.get());
        X509_NAME* subject = X509_get_subject_name(made_.get());
        const auto* common = reinterpret_cast<const unsigned char*>("test");
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0);
        X509_set_issuer_name(made_.get(), subject);
        const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> names(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name), X509_EXTENSION_free
        );
        X509_add_ext(made_.get(), names.get(), -1);
        X509_sign(made_.get(), key_.get(), EVP_sha256());
        std::string pattern = "/tmp/imagined-tls-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        std::FILE* file = std::fopen(path().c_str(), "w");
        PEM_write_X509(file, made_.get());
        std::fclose(file);
    }

    certificate(const certificate&) = delete;
    certificate& operator=(const certificate&) = delete;

    ~certificate() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    std::string path() const { return directory_ + "/ca.pem"; }

    asio::ssl::context context() const {
        asio::ssl::context made(asio::ssl::context::tls_server);
        SSL_CTX_use_certificate(made.native_handle(), made_.get());
        SSL_CTX_use_PrivateKey(made.native_handle(), key_.get());
        return made;
    }

private:
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
    std::unique_ptr<X509, void (*)(X509*)> made_;
    std::string directory_;
};

// Accepts one TLS connection and answers ROLE, TIME, then PONG to whatever follows.
struct tls_server {
    tls_server(asio::io_context& on, const certificate& shown)
        : settings(shown.context()),
          acceptor(on.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

    awaitable<> serve() {
        auto [refused, socket] = co_await acceptor.async_accept(as_outcome);
        asio::ssl::stream<tcp_socket> peer(std::move(socket), settings);
        const auto [failed] =
            co_await peer.async_handshake(asio::ssl::stream_base::server, as_outcome);
        if (failed) {
            co_return;
        }
        std::array<char, 4096> heard;
        std::string answer = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
        std::string next = "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
        for (;;) {
            const auto [gone, size] =
                co_await peer.async_read_some(asio::buffer(heard), as_outcome);
            if (gone) {
                co_return;
            }
            co_await asio::async_write(peer, asio::buffer(answer), as_outcome);
            answer = std::exchange(next, "+PONG\r\n");
        }
    }

    asio::ssl::context settings;
    tcp_acceptor acceptor;
};

result<redis::reply>
ping_over_tls(const certificate& shown, const std::string& host, const std::string& ca_file) {
    asio::io_context context(1);
    tls_server server(context, shown);
    asio::co_spawn(context.get_executor(), server.serve(), [](const std::exception_ptr&) {});
    redis::client_options options;
    options.to.tls = true;
    options.to.host = host;
    options.to.port = server.acceptor.local_endpoint().port();
    options.ca_file = ca_file;
    const auto client = redis::client::create(context.get_executor(), options);
    return run_on<result<redis::reply>>(context, [&] {
        return client->execute({"PING"}, milliseconds(ca_file.empty() ? 300 : 2000));
    });
}

} // namespace

TEST_CASE("TLS works with a certificate of the given authority, by name and by address") {
    const certificate named("DNS:localhost,IP:127.0.0.1");
    for (const auto* host : {"localhost", "127.0.0.1"}) {
        CAPTURE(host);
        const auto answer = ping_over_tls(named, host, named.path());
        REQUIRE(answer);
        CHECK(*answer->text() == "PONG");
    }
}

TEST_CASE("a certificate of an unknown authority is not accepted") {
    const certificate named("DNS:localhost");
    const auto answer = ping_over_tls(named, "localhost", "");
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::unavailable);
    CHECK(answer.error().detail.find("TLS handshake") != std::string::npos);
}

TEST_CASE("a certificate for another name is not accepted") {
    const certificate other("DNS:elsewhere.example");
    const auto answer = ping_over_tls(other, "localhost", other.path());
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::unavailable);
    CHECK(answer.error().detail.find("TLS handshake") != std::string::npos);
}

TEST_CASE("a CA file that cannot be read fails commands at once and is named") {
    const certificate named("DNS:localhost");
    const auto answer = ping_over_tls(named, "localhost", "/nonexistent/ca.pem");
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::invalid);
    CHECK(answer.error().detail.find("/nonexistent/ca.pem") != std::string::npos);
}
