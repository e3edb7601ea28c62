// A server with a scriptable handler, a raw peer for either side, and the loop they share.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/log.hpp"
#include "imagined/http/client.hpp"
#include "imagined/http/server.hpp"
#include "server_core.hpp"
#include "tests/support/run_coroutine.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::http::test {

using imagined::test::run_on;

// Echoes unless told otherwise, and remembers what it saw.
class probe_handler final : public handler {
public:
    std::variant<admission, response> admit(const request_head& head) override {
        ++admitted;
        last_head = head;
        if (on_admit) {
            return on_admit(head);
        }
        return admission{1024 * 1024};
    }

    awaitable<response> handle(request incoming) override {
        ++handled;
        if (on_handle) {
            co_return co_await on_handle(std::move(incoming));
        }
        response echo;
        echo.headers.set("Content-Type", "text/plain");
        echo.body = incoming.method + " " + incoming.target + " [" + incoming.body + "]";
        co_return echo;
    }

    response refuse(int status, std::string_view reason, const request_head&) override {
        refusals.push_back(status);
        response reply;
        reply.status = status;
        reply.body = std::string(reason);
        if (on_refuse) {
            on_refuse(reply);
        }
        return reply;
    }

    std::function<std::variant<admission, response>(const request_head&)> on_admit;
    std::function<awaitable<response>(request)> on_handle;
    std::function<void(response&)> on_refuse;
    int admitted = 0;
    int handled = 0;
    std::vector<int> refusals;
    request_head last_head;
};

// One raw TCP connection under the test's control.
class raw_peer {
public:
    explicit raw_peer(tcp_socket socket) : socket_(std::move(socket)) {}

    static awaitable<raw_peer> dial(executor on, std::string address) {
        const auto colon = address.rfind(':');
        const auto port = static_cast<unsigned short>(std::stoi(address.substr(colon + 1)));
        tcp_socket socket(on);
        const tcp::endpoint to(asio::ip::make_address(address.substr(0, colon)), port);
        co_await socket.async_connect(to, asio::use_awaitable_t<executor>{});
        co_return raw_peer(std::move(socket));
    }

    // False when the other side does not take it any more.
    awaitable<bool> send(std::string bytes) {
        auto [ec, n] = co_await asio::async_write(socket_, asio::buffer(bytes), as_outcome);
        co_return !ec;
    }

    // Everything up to the end of the stream, or its reset.
    awaitable<std::string> read_all() {
        while (co_await read_more()) {
        }
        co_return std::exchange(received_, {});
    }

    // One whole message with a Content-Length (or none); what follows stays for the next call.
    awaitable<std::string> read_message(bool with_body = true) {
        std::size_t end = std::string::npos;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!co_await read_more()) {
                co_return std::exchange(received_, {});
            }
        }
        std::size_t whole = end + 4;
        const auto length = received_.find("Content-Length: ");
        if (with_body && length < end) {
            whole += static_cast<std::size_t>(std::stoul(received_.substr(length + 16)));
        }
        while (received_.size() < whole && co_await read_more()) {
        }
        auto message = received_.substr(0, whole);
        received_.erase(0, whole);
        co_return message;
    }

    awaitable<bool> read_more() {
        std::array<char, 4096> piece;
        auto [ec, n] = co_await socket_.async_read_some(asio::buffer(piece), as_outcome);
        received_.append(piece.data(), n);
        co_return !ec;
    }

    tcp_socket& socket() { return socket_; }

    void close() {
        boost::system::error_code ec;
        socket_.close(ec);
    }

private:
    tcp_socket socket_;
    std::string received_;
};

// A server on a free port. Deadlines are noticed at once.
class served {
public:
    explicit served(server_options options = {}, server_timing timing = quick()) {
        // Failures are provoked here by the dozen; and without a free descriptor, as one test has
        // it, the sanitizers cannot look into the logger.
        log::configure({.level = log::level::off, .format = log::format::text});
        auto from = listener::open(io.get_executor(), "127.0.0.1:0").value();
        server_ = create_server(std::move(from), std::move(options), handler_, timing);
        server_->start();
    }

    ~served() {
        run([this]() -> awaitable<> { co_await server_->join(milliseconds(0)); });
    }

    served(const served&) = delete;
    served& operator=(const served&) = delete;

    static server_timing quick() {
        server_timing timing;
        timing.sweep = milliseconds(10);
        timing.linger = milliseconds(200);
        return timing;
    }

    template <class Body>
    void run(Body body) {
        run_on(io, std::function<awaitable<>()>(std::move(body)));
    }

    // Sends `bytes` on a fresh connection and returns all that comes back until it is closed.
    std::string talk(std::string bytes) {
        std::string answer;
        run([&]() -> awaitable<> {
            auto peer = co_await dial();
            co_await peer.send(bytes);
            answer = co_await peer.read_all();
        });
        return answer;
    }

    awaitable<raw_peer> dial() { return raw_peer::dial(io.get_executor(), server_->address()); }

    probe_handler& handler() { return handler_; }

    server& listening() { return *server_; }

    asio::io_context io;

private:
    probe_handler handler_;
    std::unique_ptr<server> server_;
};

// Accepts connections and runs the next script on each; the scripts must outlive the run.
class scripted_server {
public:
    using script = std::function<awaitable<>(raw_peer&)>;

    scripted_server(asio::io_context& io, std::vector<script> scripts)
        : acceptor_(io.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          scripts_(std::move(scripts)),
          peers_(io.get_executor()) {
        peers_.spawn("scripted accept", [this] { return accept(); });
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    int accepted() const { return accepted_; }

private:
    awaitable<> accept() {
        while (true) {
            auto [ec, socket] = co_await acceptor_.async_accept(as_outcome);
            if (ec) {
                co_return;
            }
            const auto turn =
                std::min<std::size_t>(static_cast<std::size_t>(accepted_++), scripts_.size() - 1);
            auto peer = std::make_shared<raw_peer>(std::move(socket));
            auto& play = scripts_[turn];
            peers_.spawn("scripted peer", [peer, &play] { return perform(peer, play); });
        }
    }

    static awaitable<> perform(std::shared_ptr<raw_peer> peer, const script& play) {
        co_await play(*peer);
        peer->close();
    }

    tcp_acceptor acceptor_;
    std::vector<script> scripts_;
    task_group peers_;
    int accepted_ = 0;
};

} // namespace imagined::http::test
