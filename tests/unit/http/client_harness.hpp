// A client on a loop of its own, and what a scripted peer answers it.
#pragma once

#include "harness.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace imagined::http::test {

struct caller {
    explicit caller(client_options options = {})
        : made(client::create(io.get_executor(), options).value()) {}

    exchange send(outgoing request) {
        return run_on(io, std::function<awaitable<exchange>()>([&]() -> awaitable<exchange> {
                          co_return co_await made->send(request);
                      }));
    }

    // The exchange with a server that plays these scripts, one a connection.
    exchange against(std::vector<scripted_server::script> scripts, outgoing request = {}) {
        scripted_server server(io, std::move(scripts));
        request.to = local(server.port());
        return send(request);
    }

    static url local(std::uint16_t port) { return {false, "127.0.0.1", port, "/t?q"}; }

    asio::io_context io;
    std::unique_ptr<client> made;
};

// Reads a request's head, then says `answer` and closes.
inline scripted_server::script saying(std::string answer) {
    return [answer](raw_peer& peer) -> awaitable<> {
        co_await peer.read_message();
        co_await peer.send(answer);
    };
}

inline const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

inline failure_kind kind_of(const exchange& e) {
    REQUIRE(e.outcome.has_error());
    return e.outcome.error().kind;
}

inline std::string body_of(const exchange& e) {
    REQUIRE_MESSAGE(e.outcome.has_value(), (e.outcome ? "" : e.outcome.error().detail));
    return std::string(e.outcome->text());
}

} // namespace imagined::http::test
