// What the bodies of all requests may hold together.
#include "body_hold.hpp"
#include "harness.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

constexpr std::size_t kilobyte = 1024;

std::string post_of(std::size_t length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
           + std::to_string(length) + "\r\n\r\n";
}

server_options holding(std::size_t bytes) {
    server_options options;
    options.max_held_bytes = bytes;
    return options;
}

} // namespace

TEST_CASE("a sum is kept of what is held, and some of it is for small bodies alone") {
    const auto all = std::make_shared<held_bodies>(1600 * kilobyte);
    body_hold large(all);
    CHECK(large.grow(1400 * kilobyte));
    CHECK(all->bytes() == 1400 * kilobyte);
    CHECK(large.grow(1500 * kilobyte));
    CHECK_FALSE(large.grow(1501 * kilobyte));
    CHECK(all->bytes() == 1500 * kilobyte);
    {
        body_hold small(all);
        CHECK(small.grow(64 * kilobyte));
        body_hold next(all);
        CHECK_FALSE(next.grow(64 * kilobyte));
        CHECK(next.grow(36 * kilobyte));
    }
    CHECK(all->bytes() == 1500 * kilobyte);
    large.weigh(2000 * kilobyte); // it came to more
    body_hold late(all);
    CHECK_FALSE(late.grow(1));
    large.weigh(0);
    CHECK(late.grow(1400 * kilobyte));
}

TEST_CASE("a body for which there is no room is answered 503, before it is sent") {
    served s(holding(100 * kilobyte));
    CHECK(s.talk(post_of(101 * kilobyte)).starts_with("HTTP/1.1 503 "));
    const std::string body(60 * kilobyte, 'x');
    CHECK(s.talk(post_of(body.size()) + body).starts_with("HTTP/1.1 200 "));
    CHECK(s.handler().refusals == std::vector<int>{503});
}

TEST_CASE("a chunked body is counted as it comes") {
    served s(holding(300 * kilobyte));
    const std::string chunk = "10000\r\n" + std::string(64 * kilobyte, 'x') + "\r\n";
    std::string sent = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n";
    CHECK(s.talk(sent + chunk + "0\r\n\r\n").starts_with("HTTP/1.1 200 "));
    for (int i = 0; i < 5; ++i) {
        sent += chunk;
    }
    CHECK(s.talk(sent + "0\r\n\r\n").starts_with("HTTP/1.1 503 "));
}

TEST_CASE("a body is held until its request has been handled, or its share let go") {
    served s(holding(100 * kilobyte));
    std::vector<std::size_t> seen;
    std::shared_ptr<body_share> kept;
    s.handler().on_handle = [&](request incoming) -> awaitable<response> {
        seen.push_back(s.listening().held_bytes());
        incoming.held->weigh(70 * kilobyte);
        seen.push_back(s.listening().held_bytes());
        incoming.held.reset();
        seen.push_back(s.listening().held_bytes());
        co_return response{};
    };
    const std::string body(60 * kilobyte, 'x');
    CHECK(s.talk(post_of(body.size()) + body).starts_with("HTTP/1.1 200 "));
    CHECK(seen == std::vector<std::size_t>{60 * kilobyte, 70 * kilobyte, 0});
    s.handler().on_handle = nullptr;
    CHECK(s.talk(post_of(body.size()) + body).starts_with("HTTP/1.1 200 "));
    CHECK(s.listening().held_bytes() == 0);
}
