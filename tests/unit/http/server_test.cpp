#include "harness.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <string>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

const std::string bye = "GET /bye HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

bool starts(const std::string& text, std::string_view with) {
    return text.starts_with(with);
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

std::string post(std::string_view fields, std::string_view body) {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

} // namespace

TEST_CASE("a request is answered with length, date and the handler's fields") {
    served s;
    const auto answer = s.talk(bye);
    CHECK(starts(answer, "HTTP/1.1 200 OK\r\nDate: "));
    CHECK(holds(answer, "\r\nContent-Length: 11\r\n"));
    CHECK(holds(answer, "\r\nContent-Type: text/plain\r\n"));
    CHECK(holds(answer, "\r\nConnection: close\r\n"));
    CHECK(answer.ends_with("\r\n\r\nGET /bye []"));
}

TEST_CASE("the head that the handler sees is complete") {
    served s;
    s.talk("GET /a%20b?x=%31 HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nConnection: close\r\n\r\n");
    const auto& head = s.handler().last_head;
    CHECK(head.method == "GET");
    CHECK(head.target == "/a%20b?x=%31");
    CHECK(head.path == "/a b");
    CHECK(head.query == "x=%31");
    CHECK(head.headers.get("x-y") == "z");
    CHECK(head.peer == "127.0.0.1");
}

TEST_CASE("pipelined requests with every kind of body are answered in order") {
    served s;
    const auto answer = s.talk(
        post("Content-Length: 3\r\n", "abc")
        + post("Transfer-Encoding: chunked\r\n", "2\r\nde\r\n1\r\nf\r\n0\r\nX-Sum: 1\r\n\r\n")
        + "GET /g HTTP/1.1\r\nHost: a\r\n\r\n" + "\r\n" + post("Content-Length: 0\r\n", "") + bye
    );
    CHECK(s.handler().handled == 5);
    const auto first = answer.find("POST /x [abc]");
    const auto second = answer.find("POST /x [def]");
    const auto third = answer.find("GET /g []");
    const auto fourth = answer.find("POST /x []");
    CHECK(first < second);
    CHECK(second < third);
    CHECK(third < fourth);
    CHECK(fourth < answer.find("GET /bye []"));
}

TEST_CASE("a request that arrives byte by byte is understood") {
    served s;
    std::string answer;
    const auto bytes = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n") + bye;
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        peer.socket().set_option(tcp::no_delay(true));
        for (const char c : bytes) {
            co_await peer.send(std::string(1, c));
        }
        answer = co_await peer.read_all();
    });
    CHECK(holds(answer, "POST /x [abc]"));
    CHECK(holds(answer, "GET /bye []"));
}

TEST_CASE("ambiguous framing is answered with 400 and a close, and never reaches the handler") {
    const std::vector<std::string> attacks{
        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        post("Content-Length: 5, 5\r\n", "hello"),
        post("Content-Length : 5\r\n", "hello"),
        post("Transfer-Encoding: gzip\r\n", ""),
        post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post("X: a\r\n b\r\n", ""),
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
    };
    for (const auto& attack : attacks) {
        CAPTURE(attack);
        served s;
        const auto answer = s.talk(attack + bye);
        CHECK(starts(answer, "HTTP/1.1 400 Bad Request\r\n"));
        CHECK(holds(answer, "\r\nConnection: close\r\n"));
        CHECK(count_of(answer, "HTTP/1.1") == 1);
        CHECK(s.handler().admitted == 0);
    }
}

TEST_CASE("a chunked body that turns out bad is answered with 400 and a close") {
    for (const auto* body : {
             "0\r\nContent-Length: 5\r\n\r\n",
             "0\r\nTransfer-Encoding: chunked\r\n\r\n",
             "0\r\nX: y\r\nHost: b\r\n\r\n",
             "0\r\nX: y\n\r\n",
             "2\r\nabc\r\n0\r\n\r\n",
             "1;x\n\r\na\r\n0\r\n\r\n",
             "zz\r\n",
         }) {
        CAPTURE(body);
        served s;
        const auto answer = s.talk(post("Transfer-Encoding: chunked\r\n", body) + bye);
        CHECK(starts(answer, "HTTP/1.1 400 Bad Request\r\n"));
        CHECK(count_of(answer, "HTTP/1.1") == 1);
        CHECK(s.handler().handled == 0);
    }
}

TEST_CASE("a header beyond its size is answered with 431, whole or not") {
    server_options options;
    options.max_header_bytes = 1000;
    const std::string whole =
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x') + "\r\n\r\n";
    served s(options);
    CHECK(starts(s.talk(whole), "HTTP/1.1 431 "));
    CHECK(starts(s.talk(whole.substr(0, 1010)), "HTTP/1.1 431 "));
    CHECK(s.handler().admitted == 0);
}

TEST_CASE("one header field more than allowed is answered with 431") {
    server_options options;
    options.max_header_count = 3;
    served s(options);
    const std::string three = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nConnection: close\r\n";
    CHECK(starts(s.talk(three + "\r\n"), "HTTP/1.1 200 "));
    CHECK(starts(s.talk(three + "B: 1\r\n\r\n"), "HTTP/1.1 431 "));
}

TEST_CASE("a body longer than admitted is answered with 413, declared or chunked") {
    served s;
    s.handler().on_admit = [](const request_head&) { return admission{5}; };
    CHECK(holds(s.talk(post("Content-Length: 5\r\nConnection: close\r\n", "hello")), "[hello]"));
    CHECK(starts(s.talk(post("Content-Length: 6\r\n", "")), "HTTP/1.1 413 "));
    CHECK(starts(s.talk(post("Transfer-Encoding: chunked\r\n", "6\r\n")), "HTTP/1.1 413 "));
    CHECK(starts(
        s.talk(post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n3\r\ndef\r\n")), "HTTP/1.1 413 "
    ));
    CHECK(s.handler().handled == 1);
}

TEST_CASE("a sender that does not stop still reads why its body was refused") {
    served s;
    s.handler().on_admit = [](const request_head&) { return admission{10}; };
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        const std::string body(8'000'000, 'x');
        CHECK(co_await peer.send(post("Content-Length: 8000000\r\n", body)));
        CHECK((co_await peer.read_all()).starts_with("HTTP/1.1 413 "));
    });
}

TEST_CASE("an answer at admission ends a request with a body, and keeps one without") {
    served s;
    s.handler().on_admit = [](const request_head&) {
        response no;
        no.status = 401;
        return no;
    };
    const auto kept = s.talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + bye);
    CHECK(count_of(kept, "HTTP/1.1 401 ") == 2);
    const auto closed = s.talk(post("Content-Length: 5\r\n", "hello") + bye);
    CHECK(count_of(closed, "HTTP/1.1 401 ") == 1);
    CHECK(holds(closed, "Connection: close"));
    CHECK(s.handler().handled == 0);
}

TEST_CASE("100-continue is answered once the request is admitted") {
    served s;
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(post("Expect: 100-continue\r\nContent-Length: 3\r\n", ""));
        const auto go_on = co_await peer.read_message();
        CHECK(go_on == "HTTP/1.1 100 Continue\r\n\r\n");
        CHECK(s.handler().admitted == 1);
        co_await peer.send("abc");
        const auto answer = co_await peer.read_message();
        CHECK(holds(answer, "[abc]"));
        CHECK(count_of(answer, "HTTP/1.1") == 1);
    });
}

TEST_CASE("100-continue is not promised for a body that is refused, already here or absent") {
    served s;
    const std::string expect = "Expect: 100-continue\r\nConnection: close\r\n";
    CHECK(!holds(s.talk(post(expect + "Content-Length: 3\r\n", "abc")), " 100 "));
    CHECK(!holds(s.talk(post(expect, "")), " 100 "));
    CHECK(!holds(
        s.talk("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"), " 100 "
    ));
    s.handler().on_admit = [](const request_head&) { return admission{1}; };
    CHECK(starts(s.talk(post(expect + "Content-Length: 3\r\n", "")), "HTTP/1.1 413 "));
}

TEST_CASE("any other expectation is answered with 417") {
    served s;
    CHECK(starts(s.talk(post("Expect: miracles\r\nContent-Length: 3\r\n", "abc")), "HTTP/1.1 417 ")
    );
    CHECK(s.handler().handled == 0);
}

TEST_CASE("an answer to HEAD carries the length but no body") {
    served s;
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + bye);
        const auto head = co_await peer.read_message(false);
        CHECK(holds(head, "Content-Length: 10\r\n"));
        const auto next = co_await peer.read_message();
        CHECK(starts(next, "HTTP/1.1 200 OK\r\n"));
        CHECK(next.ends_with("GET /bye []"));
    });
}

TEST_CASE("a refused HEAD has no body either") {
    served s;
    const auto answer = s.talk("HEAD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n");
    CHECK(starts(answer, "HTTP/1.1 417 "));
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("HTTP/1.0 is closed unless it asks to be kept") {
    served s;
    CHECK(holds(s.talk("GET / HTTP/1.0\r\n\r\n"), "Connection: close\r\n"));
    const auto kept = s.talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + bye);
    CHECK(holds(kept, "Connection: keep-alive\r\n"));
    CHECK(holds(kept, "GET /bye []"));
}

TEST_CASE("an exception of the handler is a 500 and ends only its request") {
    served s;
    s.handler().on_handle = [](request incoming) -> awaitable<response> {
        if (incoming.path == "/x") {
            throw std::runtime_error("broken");
        }
        co_return response{};
    };
    const auto answer = s.talk(post("Content-Length: 1\r\n", "a") + bye);
    CHECK(starts(answer, "HTTP/1.1 500 "));
    CHECK(holds(answer, "HTTP/1.1 200 "));
    CHECK(!holds(answer, "broken"));
}

TEST_CASE("an exception at admission is a 500") {
    served s;
    s.handler().on_admit = [](const request_head&) -> std::variant<admission, response> {
        throw std::runtime_error("broken");
    };
    CHECK(starts(s.talk(bye), "HTTP/1.1 500 "));
}

TEST_CASE("a header value with a line break is never written") {
    served s;
    s.handler().on_handle = [](request) -> awaitable<response> {
        response evil;
        evil.headers.set("Location", "/a\r\nSet-Cookie: evil=1");
        co_return evil;
    };
    const auto answer = s.talk(bye);
    CHECK(starts(answer, "HTTP/1.1 500 "));
    CHECK(!holds(answer, "evil"));
}

TEST_CASE("not even the refusal of a broken answer can break out of its line") {
    served s;
    s.handler().on_refuse = [](response& r) { r.headers.set("X", "a\r\nSet-Cookie: evil=1"); };
    const auto answer = s.talk("nonsense\r\n\r\n");
    CHECK(starts(answer, "HTTP/1.1 400 "));
    CHECK(!holds(answer, "evil"));
}

TEST_CASE("a large answer arrives whole") {
    served s;
    const std::string large(5'000'000, 'y');
    s.handler().on_handle = [&](request) -> awaitable<response> {
        response r;
        r.body = large;
        co_return r;
    };
    const auto answer = s.talk(bye);
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == large);
}

namespace {

// A file in a directory of its own, removed at the end.
class temporary_file {
public:
    explicit temporary_file(const std::string& content) {
        char name[] = "/tmp/imagined-http-XXXXXX";
        const int fd = ::mkstemp(name);
        REQUIRE(fd >= 0);
        REQUIRE(
            ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size())
        );
        ::close(fd);
        path_ = name;
    }

    ~temporary_file() { ::unlink(path_.c_str()); }

    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

void answer_with_file(served& s, file_slice slice) {
    s.handler().on_handle = [slice](request) -> awaitable<response> {
        response r;
        r.body = slice;
        co_return r;
    };
}

} // namespace

TEST_CASE("a slice of a file is sent exactly") {
    std::string content;
    for (int i = 0; i < 100'000; ++i) {
        content += std::to_string(i);
    }
    const temporary_file file(content);
    served s;
    answer_with_file(s, {file.path(), 10, 400'000});
    const auto answer = s.talk(bye);
    CHECK(holds(answer, "Content-Length: 400000\r\n"));
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == content.substr(10, 400'000));
    const auto head = s.talk("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(holds(head, "Content-Length: 400000\r\n"));
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("a file that is missing, or shorter than its slice, is a 500 before anything is sent") {
    const temporary_file file("short");
    served s;
    answer_with_file(s, {file.path(), 0, 6});
    CHECK(starts(s.talk(bye), "HTTP/1.1 500 "));
    answer_with_file(s, {file.path(), 6, 0});
    CHECK(starts(s.talk(bye), "HTTP/1.1 500 "));
    answer_with_file(s, {file.path() + "-none", 0, 1});
    CHECK(starts(s.talk(bye), "HTTP/1.1 500 "));
    answer_with_file(s, {file.path(), 5, 0});
    CHECK(starts(s.talk(bye), "HTTP/1.1 200 "));
}

TEST_CASE("a failed bind is `unavailable` and names the address") {
    served s;
    const std::string taken = s.listening().address();
    const auto second = listener::open(s.io.get_executor(), taken);
    REQUIRE(second.has_error());
    CHECK(second.error().kind == failure_kind::unavailable);
    CHECK(holds(second.error().detail, taken));
}

TEST_CASE("an address that cannot be read is `invalid`") {
    asio::io_context io;
    for (const auto* listen :
         {"", "8080", ":8080", "host:", "host:x", "127.0.0.1:65536", "::1:80"}) {
        CAPTURE(listen);
        const auto opened = listener::open(io.get_executor(), listen);
        REQUIRE(opened.has_error());
        CHECK(opened.error().kind == failure_kind::invalid);
    }
}

TEST_CASE("several servers run on one loop") {
    served s;
    probe_handler other;
    auto from = listener::open(s.io.get_executor(), "localhost:0").value();
    auto second = server::create(std::move(from), {}, other);
    second->start();
    s.run([&]() -> awaitable<> {
        auto a = co_await s.dial();
        co_await a.send(bye);
        CHECK(holds(co_await a.read_all(), " 200 "));
        if (second->address().starts_with("127.")) {
            auto b = co_await raw_peer::dial(s.io.get_executor(), second->address());
            co_await b.send(bye);
            CHECK(holds(co_await b.read_all(), " 200 "));
        }
        co_await second->join(milliseconds(1000));
    });
    CHECK(s.handler().handled == 1);
}
