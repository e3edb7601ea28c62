#include "client_harness.hpp"

#include "imagined/base/wakeup.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

// Begins `request`, waits until it says that it is ready, and ends it.
awaitable<exchange> in_halves(caller& by, outgoing request) {
    const auto sent = co_await by.made->begin(std::move(request));
    wakeup bell(by.io.get_executor());
    int rung = 0;
    sent->when_ready([&] {
        ++rung;
        bell.ring();
    });
    CHECK(rung == 0); // never at once
    CHECK(co_await bell.wait(seconds(10)));
    auto done = co_await sent->end();
    co_await pause_for(milliseconds(20));
    CHECK(rung == 1);
    co_return done;
}

exchange run(caller& by, outgoing request) {
    return run_on(by.io, std::function<awaitable<exchange>()>([&] {
                      return in_halves(by, request);
                  }));
}

} // namespace

TEST_CASE("an exchange in halves ends as a whole one, and its connection is kept") {
    caller c;
    scripted_server server(c.io, {[](raw_peer& peer) -> awaitable<> {
                               for (int i = 0; i < 2; ++i) {
                                   co_await peer.read_message();
                                   co_await pause_for(milliseconds(20));
                                   co_await peer.send(ok);
                               }
                           }});
    outgoing request;
    request.to = caller::local(server.port());
    for (int i = 0; i < 2; ++i) {
        const auto done = run(c, request);
        CHECK(done.reached == progress::answered);
        CHECK(body_of(done) == "hi");
    }
    CHECK(c.made->idle_connections() == 1);
}

TEST_CASE("whoever waits outside is told when the time is up") {
    caller c;
    scripted_server server(c.io, {[](raw_peer& peer) -> awaitable<> {
                               co_await peer.read_message();
                               co_await pause_for(seconds(5));
                           }});
    outgoing request;
    request.to = caller::local(server.port());
    request.deadline = milliseconds(50);
    const auto done = run(c, request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.outcome.error().detail == "receive: timed out");
    CHECK(done.reached == progress::sent);
}

TEST_CASE("whoever waits outside is told of a request that could not be sent") {
    caller c;
    outgoing request;
    request.to = caller::local(1);
    const auto done = run(c, request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
}

TEST_CASE("an exchange that is dropped tells nobody") {
    caller c;
    bool cut = false;
    scripted_server server(c.io, {[&](raw_peer& peer) -> awaitable<> {
                               co_await peer.read_message();
                               cut = (co_await peer.read_message()).empty();
                           }});
    outgoing request;
    request.to = caller::local(server.port());
    int rung = 0;
    run_on(c.io, std::function<awaitable<int>()>([&]() -> awaitable<int> {
               auto sent = co_await c.made->begin(request);
               sent->when_ready([&] { ++rung; });
               sent.reset();
               co_await pause_for(milliseconds(50));
               co_return 0;
           }));
    CHECK(rung == 0);
    CHECK(cut);
}
