#include "imagined/http/server.hpp"

#include "connection.hpp"
#include "grammar.hpp"
#include "server_core.hpp"

#include "imagined/base/log.hpp"
#include "imagined/base/memory_reserve.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace imagined::http {

namespace {

constexpr int backlog = 4096;
// Connections over the limit that may be told so at the same time; the rest is closed unheard.
constexpr std::size_t max_turned_away = 64;
constexpr milliseconds cut_grace{1000};

struct listen_address {
    std::string host;
    std::string port;
};

// "host:port" or "[v6]:port"; nullopt when it is neither.
std::optional<listen_address> split_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    const auto number = parse_decimal(port);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (host.empty() || !number || *number > 65535) {
        return std::nullopt;
    }
    return listen_address{std::string(host), std::string(port)};
}

boost::system::error_code bind_and_listen(tcp_acceptor& acceptor, const listen_address& at) {
    boost::system::error_code ec;
    asio::ip::basic_resolver<tcp, executor> resolver(acceptor.get_executor());
    const auto found = resolver.resolve(at.host, at.port, tcp::resolver::passive, ec);
    if (ec) {
        return ec;
    }
    const auto endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    }
    if (!ec) {
        acceptor.bind(endpoint, ec);
    }
    if (!ec) {
        acceptor.listen(backlog, ec);
    }
    return ec;
}

bool is_exhaustion(const boost::system::error_code& ec) {
    return ec == asio::error::no_descriptors || ec.value() == ENFILE || ec == asio::error::no_memory
           || ec == asio::error::no_buffer_space;
}

void welcome(const std::shared_ptr<server_core>& core, tcp_socket socket) {
    const auto limit = core->options.max_connections;
    if (core->live.size() >= limit + max_turned_away) {
        return; // the socket closes itself
    }
    const auto how =
        core->live.size() < limit ? connection::welcome::serve : connection::welcome::turn_away;
    const auto fresh = std::make_shared<connection>(core, std::move(socket));
    core->entered.ring();
    core->children.spawn("http connection", [fresh, how] { return fresh->run(how); });
}

awaitable<>
accept_loop(std::shared_ptr<server_core> core, std::shared_ptr<listening_socket> listening) {
    bool exhausted = false; // said once, not every pause
    while (!core->draining && listening->acceptor.is_open()) {
        auto [ec, socket] = co_await listening->acceptor.async_accept(as_outcome);
        if (!ec) {
            exhausted = false;
            try {
                welcome(core, std::move(socket));
            } catch (const std::bad_alloc&) {
                memory_reserve::refill(); // that connection is lost, and the next may not be
            }
        } else if (is_exhaustion(ec)) {
            if (!std::exchange(exhausted, true)) {
                log::warning("no connection can be accepted", {{"reason", ec.message()}});
            }
            co_await pause_for(core->timing.accept_pause);
        } else if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
            co_return;
        }
        // Anything else (a peer that gave up in the backlog) concerns that one connection.
    }
}

// A server without connections sleeps.
awaitable<> sweep_loop(std::shared_ptr<server_core> core) {
    constexpr std::chrono::hours nobody_comes{24};
    while (core->what != nullptr) {
        if (core->live.empty()) {
            co_await core->entered.wait(nobody_comes);
            continue;
        }
        co_await pause_for(core->timing.sweep);
        const auto now = std::chrono::steady_clock::now();
        for (auto at = core->live.begin(); at != core->live.end();) {
            auto* held = *at++;
            held->sweep(now);
        }
    }
}

class tcp_server final : public server {
public:
    tcp_server(std::shared_ptr<server_core> core, listener from)
        : core_(std::move(core)), from_(std::move(from)), duties_(core_->where) {}

    tcp_server(const tcp_server&) = delete;
    tcp_server& operator=(const tcp_server&) = delete;

    ~tcp_server() override {
        core_->what = nullptr;
        core_->draining = true;
        close_acceptor();
        core_->children.stop();
        core_->children.cancel();
    }

    std::string address() const override { return from_.address(); }

    void start() override {
        const auto core = core_;
        const auto listening = from_.socket();
        duties_.spawn("http accept", [core, listening] { return accept_loop(core, listening); });
        duties_.spawn("http deadlines", [core] { return sweep_loop(core); });
    }

    void drain() override {
        core_->draining = true;
        close_acceptor();
        for (auto* held : core_->live) {
            held->drain();
        }
    }

    awaitable<> join(milliseconds limit) override {
        drain();
        if (!co_await core_->children.join(limit)) {
            for (auto* held : core_->live) {
                held->cut();
            }
            core_->children.cancel();
            co_await core_->children.join(cut_grace);
        }
        duties_.cancel();
        co_await duties_.join(cut_grace);
    }

    std::size_t connections() const override { return core_->live.size(); }

    std::size_t held_bytes() const override { return core_->bodies->bytes(); }

private:
    void close_acceptor() {
        boost::system::error_code ec;
        from_.socket()->acceptor.close(ec);
    }

    std::shared_ptr<server_core> core_;
    listener from_;
    task_group duties_;
};

} // namespace

result<listener> listener::open(executor on, const std::string& address) {
    const auto at = split_listen(address);
    if (!at) {
        return failure{
            failure_kind::invalid, "\"" + address + "\" is no address: expected host:port"
        };
    }
    auto socket = std::make_shared<listening_socket>(listening_socket{tcp_acceptor(on)});
    if (const auto ec = bind_and_listen(socket->acceptor, *at)) {
        return failure{failure_kind::unavailable, "listen on " + address + ": " + ec.message()};
    }
    socket->bound = socket->acceptor.local_endpoint();
    return listener(std::move(socket));
}

std::string listener::address() const {
    const auto& bound = socket_->bound;
    const auto host = bound.address().to_string();
    const auto port = std::to_string(bound.port());
    return (bound.address().is_v6() ? "[" + host + "]" : host) + ":" + port;
}

std::unique_ptr<server>
create_server(listener from, server_options options, handler& what, server_timing timing) {
    const auto where = from.socket()->acceptor.get_executor();
    auto core = std::make_shared<server_core>(where, std::move(options), timing, what);
    return std::make_unique<tcp_server>(std::move(core), std::move(from));
}

std::unique_ptr<server> server::create(listener from, server_options options, handler& what) {
    return create_server(std::move(from), std::move(options), what, {});
}

} // namespace imagined::http
