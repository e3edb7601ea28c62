// A peer on a TCP port of its own that says it is a master, answers TIME, and then one line to each
// further TIME.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/redis/client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <utility>

namespace imagined::test {

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

struct scripted_server {
    explicit scripted_server(asio::io_context& context)
        : acceptor(context.get_executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

    redis::client_options options() const {
        redis::client_options chosen;
        chosen.to.port = acceptor.local_endpoint().port();
        return chosen;
    }

    awaitable<> serve(std::string answer) {
        for (;;) {
            auto [error, peer] = co_await acceptor.async_accept(as_outcome);
            if (error) {
                co_return;
            }
            ++accepted;
            co_await converse(std::move(peer), answer);
        }
    }

    awaitable<> converse(tcp_socket peer, std::string answer) {
        std::string heard;
        std::string question = "\r\nROLE\r\n";
        std::string next = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
        std::string after = "*2\r\n$10\r\n1700000000\r\n$6\r\n500000\r\n";
        for (;;) {
            const auto [error, size] = co_await asio::async_read_until(
                peer, asio::dynamic_buffer(heard), question, as_outcome
            );
            if (error) {
                co_return;
            }
            heard.erase(0, size);
            co_await asio::async_write(peer, asio::buffer(next), as_outcome);
            question = "\r\nTIME\r\n";
            next = std::exchange(after, answer);
        }
    }

    tcp_acceptor acceptor;
    int accepted = 0;
};

} // namespace imagined::test
