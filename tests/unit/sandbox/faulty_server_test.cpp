// The sandbox's server on raw bytes: what it makes of requests, and how it fails its peers.
#include "faulty_server.hpp"

#include "tests/support/run_coroutine.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace imagined::sandbox {

namespace {

using tcp = asio::ip::tcp;

constexpr std::size_t most_body = 100;

struct canned_upstream final : upstream {
    std::function<reply(const http::request&)> answer = [](const http::request& asked) {
        http::response said;
        said.body = asked.method + " " + asked.path + " " + asked.body;
        return reply(said);
    };
    std::optional<reply> early;

    std::variant<std::size_t, reply> admit(const http::request_head&) override {
        return early ? std::variant<std::size_t, reply>(*early) : most_body;
    }

    awaitable<reply> handle(http::request incoming) override { co_return answer(incoming); }

    http::response refuse(int status, std::string_view reason, const http::request_head&) override {
        http::response said;
        said.status = status;
        said.body = std::string(reason);
        return said;
    }
};

// Everything that comes back for `bytes` until the server closes the connection.
std::string talk(upstream& what, std::string bytes) {
    asio::io_context context(1);
    auto server = faulty_server::open(context.get_executor(), "127.0.0.1:0", what).value();
    server->start();
    const auto port = std::stoi(server->address().substr(server->address().rfind(':') + 1));
    std::string heard;
    test::run_on(context, [&]() -> awaitable<> {
        asio::basic_stream_socket<tcp, executor> peer(context.get_executor());
        co_await peer.async_connect(
            {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, as_outcome
        );
        co_await asio::async_write(peer, asio::buffer(bytes), as_outcome);
        co_await asio::async_read(peer, asio::dynamic_buffer(heard), as_outcome);
        peer.close();
        co_await server->stop(milliseconds(500));
    });
    return heard;
}

std::string post(std::string_view body, std::string_view more = "Connection: close\r\n") {
    return "POST /a%20path?q=1 HTTP/1.1\r\nHost: h\r\n" + std::string(more)
           + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

} // namespace

TEST_CASE("a request is answered, and its connection kept until it asks otherwise") {
    canned_upstream what;
    const auto heard = talk(what, post("one", "") + post("two"));
    CHECK(count(heard, "HTTP/1.1 200 OK\r\n") == 2);
    CHECK(heard.find("POST /a path one") < heard.find("POST /a path two"));
    CHECK(count(heard, "Connection: close") == 1);
}

TEST_CASE("a chunked body is put together, and one that waits to be asked for is asked for") {
    canned_upstream what;
    const auto heard = talk(
        what,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
        "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    );
    CHECK(heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    CHECK(heard.ends_with("POST / abcde"));
}

TEST_CASE("a body that is longer than was admitted is refused, whether it says so or not") {
    canned_upstream what;
    const std::string large(most_body + 1, 'x');
    CHECK(talk(what, post(large)).starts_with("HTTP/1.1 413 "));
    const auto chunked = talk(
        what,
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + large
            + "\r\n0\r\n\r\n"
    );
    CHECK(chunked.starts_with("HTTP/1.1 413 "));
}

TEST_CASE("what is no HTTP is answered with 400, and what cannot be handled with 500") {
    canned_upstream what;
    CHECK(talk(what, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    what.answer = [](const http::request&) -> reply { throw std::runtime_error("no"); };
    CHECK(talk(what, post("")).starts_with("HTTP/1.1 500 "));
}

TEST_CASE("HEAD is answered by a head alone, and the length of what is not sent") {
    canned_upstream what;
    const auto heard = talk(what, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(heard.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(heard.ends_with("\r\n\r\n"));
}

TEST_CASE("half an answer has the length of all of it, and nothing has none") {
    canned_upstream what;
    what.answer = [](const http::request&) {
        http::response said;
        said.body = std::string("0123456789");
        reply made(said);
        made.sent = delivery::half;
        return made;
    };
    const auto half = talk(what, post("", ""));
    CHECK(half.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(half.ends_with("\r\n\r\n01234"));
    what.early.emplace();
    what.early->sent = delivery::nothing;
    CHECK(talk(what, post("unread", "")).empty());
}

TEST_CASE("an early answer is heard although its request has a body that nobody reads") {
    canned_upstream what;
    http::response said;
    said.status = 404;
    what.early.emplace(said);
    const auto heard = talk(what, post(std::string(200000, 'x'), ""));
    CHECK(heard.starts_with("HTTP/1.1 404 "));
    CHECK(heard.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("an answer drips in pieces of a tenth of a second") {
    canned_upstream what;
    what.answer = [](const http::request&) {
        http::response said;
        said.body = std::string("0123456789");
        reply made(said);
        made.drip = 50;
        return made;
    };
    const auto began = std::chrono::steady_clock::now();
    CHECK(talk(what, post("")).ends_with("\r\n\r\n0123456789"));
    CHECK(std::chrono::steady_clock::now() - began >= milliseconds(200));
}

TEST_CASE("an address that is none is told from one that is taken") {
    asio::io_context context(1);
    canned_upstream what;
    const auto kind_of = [&](const std::string& address) {
        return faulty_server::open(context.get_executor(), address, what).error().kind;
    };
    CHECK(kind_of("127.0.0.1") == failure_kind::invalid);
    CHECK(kind_of("nonsense") == failure_kind::invalid);
    CHECK(kind_of("") == failure_kind::invalid);
    const auto first = faulty_server::open(context.get_executor(), "127.0.0.1:0", what).value();
    CHECK(kind_of(first->address()) == failure_kind::unavailable);
}

} // namespace imagined::sandbox
