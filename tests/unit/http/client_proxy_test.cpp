// The client behind a proxy that is one script; TLS through one stands in client_tls_test.
#include "client_harness.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

// A client whose every request goes through a proxy that plays `script`.
struct behind {
    explicit behind(scripted_server::script script, const std::string& who = "")
        : peer(io, {std::move(script)}) {
        client_options options;
        const auto at = "http://" + who + "127.0.0.1:" + std::to_string(peer.port());
        options.out = way_out::through(parse_proxy(at).value());
        made = client::create(io.get_executor(), options).value();
    }

    exchange send(const std::string& to, const egress_policy* egress = nullptr) {
        outgoing request;
        request.method = "POST";
        request.body = "body";
        request.to = parse_url(to).value();
        request.egress = egress;
        return run_on(io, std::function<awaitable<exchange>()>([&]() -> awaitable<exchange> {
                          co_return co_await made->send(request);
                      }));
    }

    asio::io_context io;
    scripted_server peer;
    std::unique_ptr<client> made;
};

bool mentions(const exchange& done, std::string_view word) {
    return done.outcome.has_error() && done.outcome.error().detail.find(word) != std::string::npos;
}

} // namespace

TEST_CASE("http goes to the proxy in absolute form, with its credentials, and nothing is looked up"
) {
    std::string seen;
    behind c(
        [&](raw_peer& peer) -> awaitable<> {
            seen = co_await peer.read_message();
            co_await peer.send(ok);
        },
        "me:s3cret@"
    );
    CHECK(body_of(c.send("http://api.invalid:8080/v1?q=1")) == "hi");
    CHECK(seen.starts_with("POST http://api.invalid:8080/v1?q=1 HTTP/1.1\r\n"));
    CHECK(seen.find("\r\nHost: api.invalid:8080\r\n") != std::string::npos);
    CHECK(
        seen.find("\r\nProxy-Authorization: Basic " + to_base64("me:s3cret") + "\r\n")
        != std::string::npos
    );
    CHECK(seen.ends_with("\r\n\r\nbody"));
}

TEST_CASE("a kept connection to the proxy serves its target again, and no other") {
    behind c([](raw_peer& peer) -> awaitable<> {
        while (!(co_await peer.read_message()).empty()) {
            co_await peer.send(ok);
        }
    });
    CHECK(body_of(c.send("http://one.invalid/")) == "hi");
    CHECK(body_of(c.send("http://one.invalid/")) == "hi");
    CHECK(c.peer.accepted() == 1);
    CHECK(body_of(c.send("http://two.invalid/")) == "hi");
    CHECK(c.peer.accepted() == 2);
}

TEST_CASE("407 is the proxy's word: nothing was started, and nobody is told the password") {
    const auto no = "HTTP/1.1 407 Authentication Required\r\nContent-Length: 0\r\n\r\n";
    for (const auto* to : {"http://api.invalid/", "https://api.invalid/"}) {
        CAPTURE(to);
        behind wanting(saying(no));
        const auto asked = wanting.send(to);
        CHECK(kind_of(asked) == failure_kind::unavailable);
        CHECK(asked.reached == progress::not_sent);
        CHECK(mentions(asked, "the proxy http://127.0.0.1:"));
        CHECK(mentions(asked, "407"));
        behind refusing(saying(no), "me:s3cret@");
        const auto refused = refusing.send(to);
        CHECK(refused.reached == progress::not_sent);
        CHECK(mentions(refused, "refused our user and password"));
        CHECK_FALSE(mentions(refused, "s3cret"));
    }
}

TEST_CASE("a proxy that opens no tunnel has started nothing, and is named") {
    struct row {
        const char* answer;
        const char* word;
    };

    for (const auto& [answer, word] : {
             row{"HTTP/1.1 403 Forbidden\r\n\r\nno", "HTTP 403"},
             row{"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "HTTP 502"},
             row{"HTTP/1.1 301 Moved\r\nLocation: http://x/\r\n\r\n", "HTTP 301"},
             row{"HTTP/1.1 503\r\n", "HTTP 503"},
             row{"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "not HTTP"},
             row{"", "CONNECT"},
             row{"HTTP/1.1 200 OK\r\n\r\nhello", "spoke before"},
         }) {
        CAPTURE(answer);
        std::string seen;
        behind c([&, answer = std::string(answer)](raw_peer& peer) -> awaitable<> {
            seen = co_await peer.read_message();
            co_await peer.send(answer);
        });
        const auto done = c.send("https://api.invalid/v1");
        CHECK(seen.starts_with("CONNECT api.invalid:443 HTTP/1.1\r\nHost: api.invalid:443\r\n"));
        CHECK(seen.find("body") == std::string::npos);
        CHECK(kind_of(done) == failure_kind::unavailable);
        CHECK(done.reached == progress::not_sent);
        CHECK(mentions(done, "the proxy http://127.0.0.1:"));
        CHECK(mentions(done, word));
        CHECK(c.made->idle_connections() == 0);
    }
}

TEST_CASE("a proxy that is not there has started nothing, and is named") {
    client_options options;
    options.out = way_out::through(parse_proxy("http://no-such-proxy.invalid:3128").value());
    caller c(options);
    outgoing request;
    request.to = parse_url("http://api.invalid/").value();
    const auto done = c.send(request);
    CHECK(kind_of(done) == failure_kind::unavailable);
    CHECK(done.reached == progress::not_sent);
    CHECK(mentions(done, "the proxy http://no-such-proxy.invalid:3128"));
}

TEST_CASE("through a proxy a target is judged by what its address says") {
    const egress_policy closed;
    for (const auto* to :
         {"http://127.0.0.1/",
          "https://10.0.0.1/",
          "http://localhost/",
          "http://[::1]/",
          "http://x.localhost/",
          "http://169.254.169.254/",
          "http://name.invalid:25/"}) {
        CAPTURE(to);
        behind c(saying(ok));
        const auto done = c.send(to, &closed);
        CHECK(kind_of(done) == failure_kind::rejected);
        CHECK(done.reached == progress::not_sent);
        CHECK(c.peer.accepted() == 0);
    }
    behind c(saying(ok));
    CHECK(body_of(c.send("http://name.invalid/", &closed)) == "hi");
    egress_policy open;
    open.allow("127.0.0.1", 9000);
    behind d(saying(ok));
    CHECK(body_of(d.send("http://127.0.0.1:9000/", &open)) == "hi");
}
