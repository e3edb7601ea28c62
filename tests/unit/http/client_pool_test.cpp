// When the client keeps a connection, uses it again and lets it go.
#include "client_harness.hpp"

#include "imagined/base/wakeup.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

// Answers every request on one connection until the peer leaves.
awaitable<> answer_all(raw_peer& peer) {
    while (!(co_await peer.read_message()).empty()) {
        co_await peer.send(ok);
    }
}

} // namespace

TEST_CASE("a pooled connection opened on trust is not lent to who may not use its address") {
    caller c;
    scripted_server server(c.io, {answer_all});
    outgoing request;
    request.to = caller::local(server.port());
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(c.made->idle_connections() == 1);
    const egress_policy closed;
    request.egress = &closed;
    CHECK(kind_of(c.send(request)) == failure_kind::rejected);
}

TEST_CASE("connections are pooled by origin") {
    caller c;
    scripted_server one(c.io, {answer_all});
    scripted_server two(c.io, {answer_all});
    outgoing request;
    for (int i = 0; i < 3; ++i) {
        request.to = caller::local(one.port());
        CHECK(body_of(c.send(request)) == "hi");
        request.to = caller::local(two.port());
        CHECK(body_of(c.send(request)) == "hi");
    }
    CHECK(one.accepted() == 1);
    CHECK(two.accepted() == 1);
    CHECK(c.made->idle_connections() == 2);
}

TEST_CASE("a fresh connection can be demanded") {
    caller c;
    scripted_server server(c.io, {answer_all});
    outgoing request;
    request.to = caller::local(server.port());
    c.send(request);
    request.fresh_connection = true;
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(server.accepted() == 2);
    CHECK(c.made->idle_connections() == 2);
}

TEST_CASE("no more idle connections are kept than allowed") {
    client_options options;
    options.max_idle_per_host = 1;
    caller c(options);
    scripted_server server(c.io, {answer_all});
    outgoing request;
    request.to = caller::local(server.port());
    c.send(request);
    request.fresh_connection = true;
    c.send(request);
    CHECK(server.accepted() == 2);
    CHECK(c.made->idle_connections() == 1);
}

TEST_CASE("a connection is not kept when the answer says so or more than it arrived") {
    for (const auto& answer : {
             std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
             std::string("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
             ok + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npoison!",
         }) {
        CAPTURE(answer);
        caller c;
        wakeup end(c.io.get_executor());
        const auto done = c.against({[&](raw_peer& peer) -> awaitable<> {
            co_await peer.read_message();
            co_await peer.send(answer);
            co_await end.wait(seconds(30));
        }});
        CHECK(done.reached == progress::answered);
        CHECK(c.made->idle_connections() == 0);
    }
}

TEST_CASE("a pooled connection that the peer closed is replaced by a fresh one") {
    caller c;
    bool closed = false;
    scripted_server server(
        c.io,
        {[&](raw_peer& peer) -> awaitable<> {
             co_await peer.read_message();
             co_await peer.send(ok);
             peer.close();
             closed = true;
         },
         answer_all}
    );
    outgoing request;
    request.to = caller::local(server.port());
    CHECK(body_of(c.send(request)) == "hi");
    run_on(c.io, std::function<awaitable<>()>([&]() -> awaitable<> {
               while (!closed) {
                   co_await pause_for(milliseconds(1));
               }
           }));
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(server.accepted() == 2);
}

TEST_CASE("a pooled connection on which something arrived unasked is not used") {
    caller c;
    bool poisoned = false;
    wakeup end(c.io.get_executor());
    scripted_server server(
        c.io,
        {[&](raw_peer& peer) -> awaitable<> {
             co_await peer.read_message();
             co_await peer.send(ok);
             co_await pause_for(milliseconds(20));
             co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
             poisoned = true;
             co_await end.wait(seconds(30));
         },
         answer_all}
    );
    outgoing request;
    request.to = caller::local(server.port());
    CHECK(body_of(c.send(request)) == "hi");
    run_on(c.io, std::function<awaitable<>()>([&]() -> awaitable<> {
               while (!poisoned) {
                   co_await pause_for(milliseconds(1));
               }
           }));
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(server.accepted() == 2);
}

TEST_CASE("a pooled connection that is cut after the request went out is not tried again") {
    caller c;
    scripted_server server(
        c.io,
        {[&](raw_peer& peer) -> awaitable<> {
             co_await peer.read_message();
             co_await peer.send(ok);
             co_await peer.read_message();
         },
         answer_all}
    );
    outgoing request;
    request.to = caller::local(server.port());
    c.send(request);
    const auto done = c.send(request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::sent);
    CHECK(server.accepted() == 1);
}

TEST_CASE("idle connections are let go after their time") {
    client_options options;
    options.idle_lifetime = seconds(1);
    caller c(options);
    scripted_server server(c.io, {answer_all});
    outgoing request;
    request.to = caller::local(server.port());
    c.send(request);
    run_on(c.io, std::function<awaitable<>()>([&]() -> awaitable<> {
               while (c.made->idle_connections() > 0) {
                   co_await pause_for(milliseconds(10));
               }
           }));
    CHECK(body_of(c.send(request)) == "hi");
    CHECK(server.accepted() == 2);
}
