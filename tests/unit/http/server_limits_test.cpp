// Deadlines, connection limits and the end of a server.
#include "harness.hpp"

#include "imagined/base/wakeup.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

bool has_part(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Long for everything but what a test shortens.
server_options patient() {
    server_options options;
    options.header_deadline = seconds(100);
    options.idle_deadline = seconds(100);
    options.body_deadline = seconds(100);
    options.write_deadline = seconds(100);
    return options;
}

// Resumes when `met` holds; the test as a whole has its own limit.
awaitable<> until(std::function<bool()> met) {
    while (!met()) {
        co_await pause_for(milliseconds(1));
    }
}

} // namespace

TEST_CASE("a peer that never speaks is closed without a word") {
    auto options = patient();
    options.header_deadline = seconds(1);
    served s(options);
    CHECK(s.talk("").empty());
    CHECK(s.handler().refusals.empty());
}

TEST_CASE("a head that does not end is answered with 408") {
    auto options = patient();
    options.header_deadline = seconds(1);
    served s(options);
    CHECK(s.talk("GET / HTTP/1.1\r\nHo").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a kept connection is closed after its idle time, without a word") {
    auto options = patient();
    options.idle_deadline = seconds(1);
    served s(options);
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello);
        CHECK(has_part(co_await peer.read_message(), " 200 "));
        CHECK((co_await peer.read_all()).empty());
    });
}

TEST_CASE("a body that does not end is answered with 408, declared or chunked") {
    auto options = patient();
    options.body_deadline = seconds(1);
    served s(options);
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    CHECK(s.talk(head + "Content-Length: 5\r\n\r\nabc").starts_with("HTTP/1.1 408 "));
    CHECK(s.talk(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc").starts_with("HTTP/1.1 408 "));
    CHECK(s.handler().handled == 0);
}

TEST_CASE("a body that only drips is answered with 408") {
    auto timing = served::quick();
    timing.rate_window = milliseconds(300);
    served s(patient(), timing);
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
        while (s.handler().refusals.empty() && co_await peer.send("x")) {
            co_await pause_for(milliseconds(20));
        }
        CHECK((co_await peer.read_all()).starts_with("HTTP/1.1 408 "));
    });
}

TEST_CASE("a body that only stalls for less than a window is accepted") {
    served s(patient());
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
        co_await until([&] { return s.handler().admitted == 1; });
        co_await pause_for(milliseconds(50)); // several sweeps
        co_await peer.send("b");
        CHECK((co_await peer.read_message()).ends_with("[ab]"));
    });
}

TEST_CASE("a reader that takes nothing of its answer is cut") {
    auto options = patient();
    options.write_deadline = seconds(1);
    served s(options);
    s.handler().on_handle = [](request) -> awaitable<response> {
        response r;
        r.body = std::string(30'000'000, 'x');
        co_return r;
    };
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello);
        co_await until([&] { return s.handler().handled == 1; });
        co_await until([&] { return s.listening().connections() == 0; });
        CHECK((co_await peer.read_all()).size() < 30'000'000);
    });
}

TEST_CASE("the handler's time is not limited by the connection's deadlines") {
    server_options options;
    options.header_deadline = options.idle_deadline = options.body_deadline =
        options.write_deadline = seconds(0);
    // Every deadline is over at once, so only a sweep in between could do harm.
    auto timing = served::quick();
    timing.sweep = milliseconds(200);
    served s(options, timing);
    s.handler().on_handle = [](request) -> awaitable<response> {
        co_await pause_for(milliseconds(500));
        co_return response{};
    };
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello);
        CHECK((co_await peer.read_message()).starts_with("HTTP/1.1 200 "));
    });
}

TEST_CASE("a connection over the limit is told 503 and closed; a place that gets free is used") {
    auto options = patient();
    options.max_connections = 2;
    served s(options);
    s.run([&]() -> awaitable<> {
        auto first = co_await s.dial();
        auto second = co_await s.dial();
        co_await until([&] { return s.listening().connections() == 2; });
        auto third = co_await s.dial();
        const auto told = co_await third.read_all();
        CHECK(told.starts_with("HTTP/1.1 503 "));
        CHECK(has_part(told, "Connection: close\r\n"));
        third.close();
        first.close();
        co_await until([&] { return s.listening().connections() == 1; });
        auto fourth = co_await s.dial();
        co_await fourth.send(hello);
        CHECK((co_await fourth.read_message()).starts_with("HTTP/1.1 200 "));
    });
}

TEST_CASE("running out of descriptors only delays accepting") {
    served s(patient());
    s.run([&]() -> awaitable<> {
        tcp_socket socket(s.io.get_executor());
        socket.open(tcp::v4());
        const auto address = s.listening().address();
        const auto port = std::stoi(address.substr(address.rfind(':') + 1));
        // Room for nothing beyond what is open now; dup() gives the lowest free descriptor.
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        const int lowest_free = ::dup(0);
        ::close(lowest_free);
        rlimit tight = before;
        tight.rlim_cur = static_cast<rlim_t>(lowest_free);
        ::setrlimit(RLIMIT_NOFILE, &tight);
        const tcp::endpoint to(asio::ip::address_v4::loopback(), static_cast<unsigned short>(port));
        co_await socket.async_connect(to, asio::use_awaitable_t<executor>{});
        co_await pause_for(milliseconds(20));
        ::setrlimit(RLIMIT_NOFILE, &before);
        CHECK(s.listening().connections() == 0);
        raw_peer peer(std::move(socket));
        co_await peer.send(hello);
        CHECK((co_await peer.read_message()).starts_with("HTTP/1.1 200 "));
    });
}

TEST_CASE("a client that hangs up does not disturb the handler") {
    served s(patient());
    wakeup go_on(s.io.get_executor());
    bool finished = false;
    s.handler().on_handle = [&](request) -> awaitable<response> {
        co_await go_on.wait(seconds(30));
        finished = true;
        co_return response{};
    };
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello);
        co_await until([&] { return s.handler().handled == 1; });
        peer.close();
        go_on.ring();
        co_await until([&] { return s.listening().connections() == 0; });
    });
    CHECK(finished);
}

TEST_CASE("draining closes idle connections, and others after their answer") {
    served s(patient());
    wakeup go_on(s.io.get_executor());
    s.handler().on_handle = [&](request) -> awaitable<response> {
        co_await go_on.wait(seconds(30));
        co_return response{};
    };
    s.run([&]() -> awaitable<> {
        auto silent = co_await s.dial();
        auto busy = co_await s.dial();
        co_await busy.send(hello);
        co_await until([&] { return s.handler().handled == 1; });
        co_await until([&] { return s.listening().connections() == 2; });
        s.listening().drain();
        CHECK((co_await silent.read_all()).empty());
        go_on.ring();
        const auto last = co_await busy.read_all();
        CHECK(last.starts_with("HTTP/1.1 200 "));
        CHECK(has_part(last, "Connection: close\r\n"));
        co_await s.listening().join(seconds(30));
        CHECK(s.listening().connections() == 0);
        tcp_socket late(s.io.get_executor());
        const auto address = s.listening().address();
        const auto port = std::stoi(address.substr(address.rfind(':') + 1));
        const tcp::endpoint to(asio::ip::address_v4::loopback(), static_cast<unsigned short>(port));
        const auto [refused] = co_await late.async_connect(to, as_outcome);
        CHECK(refused == asio::error::connection_refused);
    });
}

TEST_CASE("draining while an answer is being written closes after it") {
    served s(patient());
    const std::string large(30'000'000, 'x');
    s.handler().on_handle = [&](request) -> awaitable<response> {
        response r;
        r.body = large;
        co_return r;
    };
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello);
        CHECK(co_await peer.read_more());
        s.listening().drain();
        CHECK((co_await peer.read_all()).ends_with("\r\n\r\n" + large));
    });
}

TEST_CASE("a request whose head has begun is still answered while draining") {
    served s(patient());
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(hello + hello.substr(0, 10));
        CHECK(has_part(co_await peer.read_message(), " 200 "));
        s.listening().drain();
        co_await peer.send(hello.substr(10));
        const auto last = co_await peer.read_all();
        CHECK(last.starts_with("HTTP/1.1 200 "));
        CHECK(has_part(last, "Connection: close\r\n"));
    });
}

TEST_CASE("joining cuts what does not end in time, the handler included") {
    served s(patient());
    bool cancelled = false;
    s.handler().on_handle = [&](request) -> awaitable<response> {
        steady_timer forever(s.io.get_executor(), std::chrono::hours(1));
        const auto [ec] = co_await forever.async_wait(as_outcome);
        cancelled = ec == asio::error::operation_aborted;
        co_return response{};
    };
    s.run([&]() -> awaitable<> {
        auto busy = co_await s.dial();
        co_await busy.send(hello);
        co_await until([&] { return s.handler().handled == 1; });
        co_await s.listening().join(milliseconds(10));
        CHECK(s.listening().connections() == 0);
        CHECK((co_await busy.read_all()).empty());
    });
    CHECK(cancelled);
}

TEST_CASE("a server may be destroyed with connections open") {
    asio::io_context io;
    probe_handler what;
    auto from = listener::open(io.get_executor(), "127.0.0.1:0").value();
    auto opened = server::create(std::move(from), {}, what);
    opened->start();
    run_on(io, std::function<awaitable<>()>([&]() -> awaitable<> {
               auto peer = co_await raw_peer::dial(io.get_executor(), opened->address());
               co_await peer.send(hello + "GET ");
               CHECK(has_part(co_await peer.read_message(), " 200 "));
               opened.reset();
               co_await peer.send("/ HTTP/1.1\r\nHost: a\r\n\r\n");
               CHECK((co_await peer.read_all()).empty());
           }));
    CHECK(what.handled == 1);
}
