// Exchanges of which only the status counts: whatever stands behind the status line.
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

outgoing status_only() {
    outgoing request;
    request.status_only = true;
    request.max_body_bytes = 1000;
    return request;
}

// Says `start` and then `more` until nobody listens.
scripted_server::script without_end(std::string start, std::string more) {
    return [=](raw_peer& peer) -> awaitable<> {
        co_await peer.read_message();
        co_await peer.send(start);
        while (co_await peer.send(more)) {
        }
    };
}

} // namespace

TEST_CASE("where only the status counts, no body and no odd form of the answer takes it back") {
    const std::string head = "HTTP/1.1 202 Accepted\r\n";
    const std::vector<std::pair<std::string, scripted_server::script>> peers{
        {"a longer body than is read",
         saying(head + "Content-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'))},
        {"a body without end", without_end(head + "\r\n", std::string(4096, 'x'))},
        {"chunks without end",
         without_end(head + "Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n")},
        {"chunks that are none", saying(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")},
        {"a coding that nobody knows", saying(head + "Transfer-Encoding: br\r\n\r\nxx")},
        {"a body that is cut", saying(head + "Content-Length: 10\r\n\r\nhi")},
        {"a length that is none", saying(head + "Content-Length: many\r\n\r\nhi")},
        {"two lengths", saying(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi")},
        {"a line that is no field", saying(head + "what is this\r\n\r\n")},
        {"fields without end", without_end(head, "X-More: " + std::string(1000, 'x') + "\r\n")},
        {"a reason that is no text", saying("HTTP/1.1 202 \x01\x02\r\n\r\n")},
        {"a reason in UTF-8", saying("HTTP/1.1 202 \xE6\x88\x90\xE5\x8A\x9F\r\n\r\n")},
        {"no reason at all", saying("HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n")},
        {"an answer in HTTP/1.0", saying("HTTP/1.0 202 OK\r\n\r\nhi")},
        {"a head that is cut", saying(head + "Content-Ty")},
        {"an interim answer before",
         saying("HTTP/1.1 103 Early Hints\r\n\r\n" + head + "Content-Length: x\r\n\r\n")},
    };
    for (const auto& [name, peer] : peers) {
        CAPTURE(name);
        caller c;
        const auto done = c.against({peer}, status_only());
        REQUIRE_MESSAGE(done.outcome.has_value(), done.outcome.error().detail);
        CHECK(done.outcome->status == 202);
        CHECK(done.reached == progress::answered);
        CHECK(c.made->idle_connections() == 0);
    }
}

TEST_CASE("and what tells no status is no answer") {
    const std::vector<std::pair<std::string, scripted_server::script>> peers{
        {"nothing", saying("")},
        {"a status that is cut", saying("HTTP/1.1 20")},
        {"a number that goes on", saying("HTTP/1.1 2000 OK\r\n\r\n")},
        {"another protocol", saying("SSH-2.0-OpenSSH_9.2p1\r\n")},
        {"an interim answer alone", saying("HTTP/1.1 103 Early Hints\r\n\r\n")},
    };
    for (const auto& [name, peer] : peers) {
        CAPTURE(name);
        caller c;
        CHECK(c.against({peer}, status_only()).outcome.has_error());
    }
}

TEST_CASE("fields that can be read are told") {
    caller c;
    const auto done = c.against(
        {saying(
            "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 9000\r\n\r\n"
            + std::string(9000, 'x')
        )},
        status_only()
    );
    CHECK(done.outcome->status == 503);
    CHECK(done.outcome->headers.get("Retry-After") == "7");
}

TEST_CASE("a short answer is read to its end, so that its connection is kept") {
    caller c;
    scripted_server server(c.io, {[](raw_peer& peer) -> awaitable<> {
                               while (!(co_await peer.read_message()).empty()) {
                                   co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                                   );
                                   co_await pause_for(milliseconds(1));
                                   co_await peer.send("ok");
                               }
                           }});
    auto request = status_only();
    request.to = caller::local(server.port());
    CHECK(c.send(request).outcome->status == 200);
    CHECK(c.send(request).outcome->status == 200);
    CHECK(server.accepted() == 1);
}
