#include "transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>

#include <array>
#include <string>
#include <utility>

namespace imagined::redis {

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_resolver = asio::ip::basic_resolver<tcp, executor>;
using unix_socket = asio::basic_stream_socket<asio::local::stream_protocol, executor>;
using tls_stream = asio::ssl::stream<tcp_socket>;

// A peer that vanished without a word is noticed by the kernel after about 15 + 3 * 5 s, even while
// no command waits.
constexpr int keepalive_idle_seconds = 15;
constexpr int keepalive_interval_seconds = 5;
constexpr int keepalive_probes = 3;

failure broken(std::string_view step, const error_code& why) {
    const std::string reason =
        why == asio::error::eof ? "the server closed the connection" : why.message();
    return {failure_kind::unavailable, "redis: " + std::string(step) + ": " + reason};
}

bool is_address(const std::string& host) {
    error_code not_one;
    asio::ip::make_address(host, not_one);
    return !not_one;
}

void tune(tcp_socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    const std::array<std::pair<int, int>, 3> options{
        {{TCP_KEEPIDLE, keepalive_idle_seconds},
         {TCP_KEEPINTVL, keepalive_interval_seconds},
         {TCP_KEEPCNT, keepalive_probes}}
    };
    for (const auto& [name, value] : options) {
        setsockopt(socket.native_handle(), IPPROTO_TCP, name, &value, sizeof(value));
    }
}

// What the three kinds of stream have in common. `Stream` is an Asio stream.
template <class Stream>
class stream_transport : public transport,
                         public std::enable_shared_from_this<stream_transport<Stream>> {
public:
    awaitable<result<std::size_t>> read_some(std::span<char> into) override {
        const auto [error, count] =
            co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), as_outcome);
        if (error) {
            co_return broken("read", error);
        }
        co_return count;
    }

    void write(std::string_view bytes, std::function<void(result<void>)> done) override {
        asio::async_write(
            stream_,
            asio::buffer(bytes),
            [self = this->shared_from_this(),
             done = std::move(done)](error_code error, std::size_t) {
                if (error) {
                    done(broken("write", error));
                } else {
                    done({});
                }
            }
        );
    }

    void close() override {
        closed_ = true;
        error_code ignored;
        stream_.lowest_layer().close(ignored);
    }

protected:
    template <class... Args>
    explicit stream_transport(endpoint to, Args&&... args)
        : to_(std::move(to)), stream_(std::forward<Args>(args)...) {}

    endpoint to_;
    Stream stream_;
    bool closed_ = false;
};

class unix_transport final : public stream_transport<unix_socket> {
public:
    unix_transport(const executor& on, const endpoint& to) : stream_transport(to, on) {}

    awaitable<result<void>> connect() override {
        // A path above sun_path's size throws; parse_endpoint and embedded_server refuse those.
        const asio::local::stream_protocol::endpoint where(to_.path);
        const auto [error] = co_await stream_.async_connect(where, as_outcome);
        if (error) {
            co_return broken("connect", error);
        }
        co_return result<void>{};
    }
};

// `closed` is looked at again after the look-up, which cannot be interrupted.
awaitable<result<void>>
dial(tcp_socket& socket, tcp_resolver& resolver, const endpoint& to, const bool& closed) {
    auto [unresolved, found] =
        co_await resolver.async_resolve(to.host, std::to_string(to.port), as_outcome);
    if (closed) {
        unresolved = asio::error::operation_aborted;
    }
    if (unresolved) {
        co_return broken("resolve", unresolved);
    }
    const auto [error, where] = co_await asio::async_connect(socket, found, as_outcome);
    if (error) {
        co_return broken("connect", error);
    }
    tune(socket);
    co_return result<void>{};
}

class tcp_transport final : public stream_transport<tcp_socket> {
public:
    tcp_transport(const executor& on, const endpoint& to)
        : stream_transport(to, on), resolver_(on) {}

    awaitable<result<void>> connect() override {
        co_return co_await dial(stream_, resolver_, to_, closed_);
    }

    void close() override {
        resolver_.cancel();
        stream_transport::close();
    }

private:
    tcp_resolver resolver_;
};

// A base class, because the context must be complete before the stream is made of it.
struct tls_settings {
    asio::ssl::context context{asio::ssl::context::tls_client};
};

class tls_transport final : private tls_settings, public stream_transport<tls_stream> {
public:
    tls_transport(const executor& on, const endpoint& to, std::string ca_file)
        : stream_transport(to, on, context), ca_file_(std::move(ca_file)), resolver_(on) {}

    awaitable<result<void>> connect() override {
        if (auto trusted = prepare_verification(); !trusted) {
            co_return trusted;
        }
        if (auto dialled = co_await dial(stream_.next_layer(), resolver_, to_, closed_); !dialled) {
            co_return dialled;
        }
        const auto [error] =
            co_await stream_.async_handshake(asio::ssl::stream_base::client, as_outcome);
        if (error) {
            co_return broken("TLS handshake", error);
        }
        co_return result<void>{};
    }

    void close() override {
        resolver_.cancel();
        stream_transport::close();
    }

private:
    result<void> prepare_verification() {
        error_code error;
        // The stream copied the context's settings when it was made, but shares its store of
        // certificates, so authorities may still be added here.
        context.set_default_verify_paths(error);
        if (!error && !ca_file_.empty()) {
            context.load_verify_file(ca_file_, error);
        }
        if (error) {
            return failure{
                failure_kind::invalid, "redis: CA file " + ca_file_ + ": " + error.message()
            };
        }
        stream_.set_verify_mode(asio::ssl::verify_peer);
        stream_.set_verify_callback(asio::ssl::host_name_verification(to_.host));
        if (!is_address(to_.host)) {
            SSL_set_tlsext_host_name(stream_.native_handle(), to_.host.c_str());
        }
        return {};
    }

    std::string ca_file_;
    tcp_resolver resolver_;
};

} // namespace

std::shared_ptr<transport> transport::create(const executor& on, const client_options& options) {
    if (!options.to.path.empty()) {
        return std::make_shared<unix_transport>(on, options.to);
    }
    if (options.to.tls) {
        return std::make_shared<tls_transport>(on, options.to, options.ca_file);
    }
    return std::make_shared<tcp_transport>(on, options.to);
}

} // namespace imagined::redis
