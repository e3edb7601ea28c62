#include "client_harness.hpp"

#include "imagined/base/wakeup.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

url address_of(served& s) {
    const auto text = s.listening().address();
    return caller::local(static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1))));
}

} // namespace

TEST_CASE("client and server of this program understand each other, on one connection") {
    served s;
    auto made = client::create(s.io.get_executor(), {}).value();
    s.run([&]() -> awaitable<> {
        for (int i = 0; i < 3; ++i) {
            outgoing request;
            request.method = "POST";
            request.to = address_of(s);
            request.body = std::string(200'000, 'a');
            const auto done = co_await made->send(request);
            CHECK(done.reached == progress::answered);
            CHECK(done.outcome.value().text() == "POST /t?q [" + request.body + "]");
            CHECK(made->idle_connections() == 1);
        }
        outgoing head;
        head.method = "HEAD";
        head.to = address_of(s);
        const auto done = co_await made->send(head);
        CHECK(done.outcome.value().headers.get("Content-Length") == "12");
        CHECK(done.outcome.value().text().empty());
        CHECK(s.listening().connections() == 1);
    });
}

TEST_CASE("the request on the wire is exactly what was asked for") {
    caller c;
    std::string seen;
    outgoing request;
    request.method = "POST";
    request.headers.add("Api-Key", "k");
    request.headers.add("Host", "evil");
    request.headers.add("content-length", "99");
    request.headers.add("Transfer-Encoding", "chunked");
    request.body = "abc";
    scripted_server server(c.io, {[&](raw_peer& peer) -> awaitable<> {
                               seen = co_await peer.read_message();
                               co_await peer.send(ok);
                           }});
    request.to = caller::local(server.port());
    CHECK(body_of(c.send(request)) == "hi");
    const auto port = std::to_string(server.port());
    CHECK(
        seen
        == "POST /t?q HTTP/1.1\r\nHost: 127.0.0.1:" + port
               + "\r\nUser-Agent: imagined/0.1\r\nContent-Length: 3\r\nApi-Key: k\r\n\r\nabc"
    );
}

TEST_CASE("a given User-Agent replaces ours, and an empty POST still tells its length") {
    caller c;
    std::string seen;
    outgoing request;
    request.method = "POST";
    request.headers.add("user-agent", "x");
    c.against(
        {[&](raw_peer& peer) -> awaitable<> {
            seen = co_await peer.read_message();
            co_await peer.send(ok);
        }},
        request
    );
    CHECK(seen.find("imagined/") == std::string::npos);
    CHECK(seen.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("a request that would break out of its line is `invalid` and not sent") {
    caller c;
    std::vector<outgoing> requests(6);
    requests[0].headers.add("X", "a\r\nEvil: 1");
    requests[1].headers.add("X: 1\r\nEvil", "1");
    requests[2].headers.add("X", std::string("a\0b", 3));
    requests[3].method = "GET / HTTP/1.1\r\nX";
    requests[4].to.target = "/ HTTP/1.1\r\nEvil: 1";
    requests[5].to.host = "a\r\nEvil: 1";
    for (auto& request : requests) {
        if (request.to.host.empty()) {
            request.to.host = "127.0.0.1";
        }
        if (request.to.target.empty()) {
            request.to.target = "/";
        }
        const auto done = c.send(request);
        CHECK(kind_of(done) == failure_kind::invalid);
        CHECK(done.reached == progress::not_sent);
        CHECK(done.outcome.error().detail.find("Evil") == std::string::npos);
    }
}

TEST_CASE("every way to delimit an answer's body is read") {
    const std::string status = "HTTP/1.1 200 OK\r\n";

    struct row {
        std::string answer;
        std::string body;
    };

    const std::vector<row> rows{
        {ok, "hi"},
        {status + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x=y\r\n ho\r\n0\r\nT: 1\r\n\r\n",
         "hi ho"},
        {status + "\r\nuntil the end", "until the end"},
        {"HTTP/1.0 200 OK\r\n\r\nold", "old"},
        {status + "Content-Length: 0\r\n\r\n", ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok, "hi"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.answer);
        caller c;
        const auto done = c.against({saying(r.answer)});
        CHECK(body_of(done) == r.body);
        CHECK(done.reached == progress::answered);
        CHECK_FALSE(done.outcome->headers.has("Link"));
        CHECK_FALSE(done.outcome->headers.has("T"));
    }
}

TEST_CASE("an answer of megabytes is whole, and its connection is used again") {
    std::string body(3'000'001, 'x');
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i] = static_cast<char>('a' + i % 23);
    }
    caller c;
    const auto head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size());
    scripted_server server(c.io, {[&](raw_peer& peer) -> awaitable<> {
                               for (int i = 0; i < 2; ++i) {
                                   co_await peer.read_message();
                                   co_await peer.send(head + "\r\n\r\n" + body);
                               }
                           }});
    for (int i = 0; i < 2; ++i) {
        outgoing request;
        request.to = caller::local(server.port());
        request.max_body_bytes = body.size();
        CHECK(body_of(c.send(request)) == body);
    }
}

TEST_CASE("an answer that claims more than it brings is cut, whatever it claims") {
    caller c;
    outgoing request;
    request.max_body_bytes = std::size_t{1} << 60;
    const auto done = c.against(
        {saying("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\nabc")}, request
    );
    CHECK(kind_of(done) == failure_kind::unavailable);
}

TEST_CASE("an answer of any status is an answer") {
    caller c;
    const auto done = c.against(
        {saying("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nX: a\r\nx: b\r\nContent-Length: 0\r\n\r\n")}
    );
    CHECK(body_of(done).empty());
    CHECK(done.outcome->status == 503);
    CHECK(done.outcome->headers.get("retry-after") == "3");
}

TEST_CASE("a redirect is handed out, not followed") {
    caller c;
    scripted_server other(c.io, {saying(ok)});
    const auto done = c.against({saying(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(other.port())
        + "/\r\nContent-Length: 0\r\n\r\n"
    )});
    CHECK(done.outcome.value().status == 302);
    CHECK(other.accepted() == 0);
}

TEST_CASE("an answer that is cut is `unavailable`, and the peer may have acted") {
    for (const auto* answer : {
             "",
             "HTTP/1.1 200",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
             "HTTP/1.1 100 Continue\r\n\r\n",
         }) {
        CAPTURE(answer);
        caller c;
        const auto done = c.against({saying(answer)});
        CHECK(kind_of(done) == failure_kind::unavailable);
        CHECK(done.reached == progress::sent);
        CHECK(c.made->idle_connections() == 0);
    }
}

TEST_CASE("what is not HTTP is `corrupt`") {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    std::string too_many;
    for (int i = 0; i < 20; ++i) {
        too_many += interim;
    }
    for (const auto& answer : {
             std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
             std::string("HTTP/1.1 abc\r\n\r\n"),
             std::string("HTTP/1.1 200 OK\r\nbad field\r\n\r\n"),
             std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
             std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
             std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab"),
             std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
             std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n") + ok,
             std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(100'000, 'x'),
             std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
                 + std::string(100'000, 'x'),
             too_many + ok,
         }) {
        CAPTURE(answer.substr(0, 80));
        caller c;
        const auto done = c.against({saying(answer)});
        CHECK(kind_of(done) == failure_kind::corrupt);
        CHECK(done.reached == progress::sent);
        CHECK(c.made->idle_connections() == 0);
    }
}

TEST_CASE("an answer longer than allowed is `throttled`, however it is delimited") {
    const std::string status = "HTTP/1.1 200 OK\r\n";
    const std::string five = "12345";
    for (const auto& answer : {
             status + "Content-Length: 5\r\n\r\n" + five,
             status + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + five + "\r\n0\r\n\r\n",
             status + "Transfer-Encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n",
             status + "\r\n" + five,
         }) {
        CAPTURE(answer);
        outgoing request;
        request.max_body_bytes = 5;
        caller exact;
        CHECK(body_of(exact.against({saying(answer)}, request)) == five);
        request.max_body_bytes = 4;
        caller tight;
        const auto done = tight.against({saying(answer)}, request);
        CHECK(kind_of(done) == failure_kind::throttled);
        CHECK(done.reached == progress::sent);
    }
}

TEST_CASE("a peer that never answers costs the deadline and no more") {
    caller c;
    outgoing request;
    request.deadline = milliseconds(100);
    const auto done =
        c.against({[](raw_peer& peer) -> awaitable<> { co_await peer.read_all(); }}, request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.outcome.error().detail.find("timed out") != std::string::npos);
    CHECK(done.reached == progress::sent);
    CHECK(c.made->idle_connections() == 0);
}

TEST_CASE("an answer that drips past the deadline is given up") {
    caller c;
    outgoing request;
    request.deadline = milliseconds(150);
    const auto done = c.against(
        {[](raw_peer& peer) -> awaitable<> {
            co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            while (co_await peer.send("x")) {
                co_await pause_for(milliseconds(10));
            }
        }},
        request
    );
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::sent);
}

TEST_CASE("a peer that takes no more of the request costs the deadline") {
    caller c;
    outgoing request;
    request.method = "POST";
    request.body = std::string(30'000'000, 'x');
    request.deadline = milliseconds(200);
    wakeup end(c.io.get_executor());
    const auto done =
        c.against({[&](raw_peer&) -> awaitable<> { co_await end.wait(seconds(30)); }}, request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::sent);
}

TEST_CASE("a deadline that is over before the start sends nothing") {
    caller c;
    outgoing request;
    request.deadline = milliseconds(0);
    const auto done = c.against({saying(ok)}, request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
}

TEST_CASE("a refused connection is `unavailable` and not sent") {
    caller c;
    outgoing request;
    {
        const tcp_acceptor gone(c.io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        request.to = caller::local(gone.local_endpoint().port());
    }
    const auto done = c.send(request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
}

TEST_CASE("a name that does not exist is `unavailable` and not sent") {
    caller c;
    outgoing request;
    request.to = {false, "does-not-exist.invalid", 80, "/"};
    request.deadline = seconds(2);
    const auto done = c.send(request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
    CHECK(done.outcome.error().detail.find("does-not-exist.invalid") != std::string::npos);
}

TEST_CASE("a name with several addresses is reached by the one that answers") {
    caller c;
    scripted_server server(c.io, {saying(ok)});
    outgoing request;
    request.to = {false, "localhost", server.port(), "/"}; // also ::1 where the system has it
    CHECK(body_of(c.send(request)) == "hi");
}

TEST_CASE("egress denies an inner address before anything is sent, unless it is allowed") {
    for (const auto* host : {"127.0.0.1", "localhost"}) {
        CAPTURE(host);
        caller c;
        scripted_server server(c.io, {saying(ok)});
        outgoing request;
        request.to = {false, host, server.port(), "/"};
        egress_policy policy;
        request.egress = &policy;
        const auto denied = c.send(request);
        CHECK(kind_of(denied) == failure_kind::rejected);
        CHECK(denied.reached == progress::not_sent);
        CHECK(server.accepted() == 0);
        policy.allow(host, server.port());
        CHECK(body_of(c.send(request)) == "hi");
    }
}

TEST_CASE("an answer that comes before the request was taken is read all the same") {
    caller c;
    outgoing request;
    request.method = "POST";
    request.body = std::string(30'000'000, 'x');
    const auto done = c.against(
        {[](raw_peer& peer) -> awaitable<> {
            co_await peer.read_more();
            co_await peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            // Unread bytes make the close a reset.
        }},
        request
    );
    CHECK(body_of(done) == "no");
    CHECK(done.outcome->status == 413);
    CHECK(c.made->idle_connections() == 0);
}

TEST_CASE("a cancelled exchange is `cancelled` and its connection is dropped") {
    caller c;
    bool asked = false;
    scripted_server server(c.io, {[&](raw_peer& peer) -> awaitable<> {
                               co_await peer.read_message();
                               asked = true;
                               co_await peer.read_all();
                           }});
    outgoing request;
    request.to = caller::local(server.port());
    exchange done;
    task_group group(c.io.get_executor());
    group.spawn("call", [&]() -> awaitable<> { done = co_await c.made->send(request); });
    run_on(c.io, std::function<awaitable<>()>([&]() -> awaitable<> {
               while (!asked) {
                   co_await pause_for(milliseconds(1));
               }
               group.cancel();
               co_await group.join(seconds(30));
           }));
    CHECK(kind_of(done) == failure_kind::cancelled);
    CHECK(done.reached == progress::sent);
    CHECK(c.made->idle_connections() == 0);
}

TEST_CASE("a ca_file that cannot be read is `invalid`") {
    asio::io_context io;
    client_options options;
    options.ca_file = "/nonexistent/ca.pem";
    const auto made = client::create(io.get_executor(), options);
    REQUIRE(made.has_error());
    CHECK(made.error().kind == failure_kind::invalid);
    CHECK(made.error().detail.find(options.ca_file) != std::string::npos);
}

TEST_CASE("an IPv6 literal is connected to and named in brackets") {
    caller c;
    boost::system::error_code ec;
    tcp_acceptor probe(c.io);
    probe.open(tcp::v6(), ec);
    if (!ec) {
        probe.bind({asio::ip::address_v6::loopback(), 0}, ec);
    }
    if (ec) {
        MESSAGE("this machine has no IPv6 loopback");
        return;
    }
    probe.listen();
    std::string seen;
    task_group group(c.io.get_executor());
    group.spawn("peer", [&]() -> awaitable<> {
        raw_peer peer(co_await probe.async_accept(asio::use_awaitable_t<executor>{}));
        seen = co_await peer.read_message();
        co_await peer.send(ok);
    });
    outgoing request;
    const auto port = probe.local_endpoint().port();
    request.to = parse_url("http://[::1]:" + std::to_string(port) + "/").value();
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(seen.find("Host: [::1]:" + std::to_string(port) + "\r\n") != std::string::npos);
}
