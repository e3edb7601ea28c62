#include "tunnel.hpp"

#include "pending_answer.hpp"
#include "response_reader.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <utility>

namespace imagined::http {

namespace {

constexpr std::size_t max_head_bytes = std::size_t{16} * 1024;
constexpr std::size_t tunnel_read_bytes = 1024;

// With the port, always: RFC 9110 §9.3.6.
std::string target_of(const url& to) {
    const bool v6 = to.host.find(':') != std::string::npos;
    return (v6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
}

std::string request_for(const url& to, const proxy& via) {
    const auto target = target_of(to);
    std::string head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!via.authorization.empty()) {
        head += "Proxy-Authorization: " + via.authorization + "\r\n";
    }
    return head + "\r\n";
}

failure unavailable(std::string why) {
    return {failure_kind::unavailable, std::move(why)};
}

std::optional<failure> judge(const std::string& head, const proxy& via) {
    const int status = status_at(head);
    if (status == proxy_wants_credentials) {
        return credentials_wanted(via);
    }
    if (status / 100 != 2) {
        return proxy_failure(
            via,
            unavailable(
                status == 0 ? std::string("its answer is not HTTP")
                            : "it refused the connection: HTTP " + std::to_string(status)
            )
        );
    }
    return std::nullopt;
}

} // namespace

failure proxy_failure(const proxy& via, failure why) {
    why.detail = "the proxy " + via.text() + ": " + why.detail;
    return why;
}

failure credentials_wanted(const proxy& via) {
    return proxy_failure(
        via,
        unavailable(
            via.authorization.empty() ? "it wants a user and a password (HTTP 407)"
                                      : "it refused our user and password (HTTP 407)"
        )
    );
}

awaitable<std::optional<failure>> open_tunnel(wire& over, const url& to, const proxy& via) {
    const std::string asked = request_for(to, via);
    for (asio::const_buffer left = asio::buffer(asked); left.size() > 0;) {
        const auto written = co_await over.write_some({left, asio::const_buffer()});
        if (written.ec) {
            co_return proxy_failure(via, wire_failure("CONNECT", written.ec, false));
        }
        left += written.bytes;
    }
    std::string head;
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        std::array<char, tunnel_read_bytes> piece;
        const auto got = co_await over.read_some(asio::buffer(piece));
        head.append(piece.data(), got.bytes);
        end = head.find("\r\n\r\n");
        if (end == std::string::npos && (got.ec || head.size() > max_head_bytes)) {
            // A proxy that says no may close at once, or say much: its status is enough.
            auto refused = status_at(head) != 0 ? judge(head, via) : std::nullopt;
            co_return refused ? *refused
                              : proxy_failure(
                                    via,
                                    got.ec ? wire_failure("CONNECT", got.ec, false)
                                           : unavailable("its answer does not end")
                                );
        }
    }
    if (auto refused = judge(head, via)) {
        co_return refused;
    }
    // Whoever is asked through the tunnel waits for our first word.
    if (head.size() > end + 4) {
        co_return proxy_failure(via, unavailable("it spoke before the connection was there"));
    }
    co_return std::nullopt;
}

} // namespace imagined::http
