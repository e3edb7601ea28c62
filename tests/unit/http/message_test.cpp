#include "imagined/http/message.hpp"

#include "body_pace.hpp"
#include "grammar.hpp"
#include "request_parser.hpp"
#include "response_writer.hpp"

#include <doctest/doctest.h>

using namespace imagined::http;

TEST_CASE("header fields keep their order and compare without case") {
    fields f;
    f.add("A", "1");
    f.add("b", "2");
    f.add("a", "3");
    CHECK(f.get("a") == "1");
    CHECK(f.has("B"));
    CHECK_FALSE(f.has("c"));
    CHECK(f.get("c").empty());
    f.set("A", f.get("b"));
    CHECK(f.get("a") == "2");
    CHECK(std::distance(f.begin(), f.end()) == 2);
}

TEST_CASE("header fields may be made of each other, however many they are") {
    fields f;
    f.add("First", std::string(200, 'x'));
    for (int i = 0; i < 50; ++i) {
        f.add(f.has("Copy") ? "Copy" : "copy", f.get("first"));
        f.set("First", f.get("copy"));
    }
    CHECK(f.get("First") == std::string(200, 'x'));
    CHECK(std::distance(f.begin(), f.end()) == 51);
    const fields copied = f;
    f = fields();
    CHECK(copied.get("COPY") == std::string(200, 'x'));
    CHECK(f.begin() == f.end());
}

TEST_CASE("a query value is decoded as forms encode it") {
    const std::string_view query = "a=1&b=x+y%20z&c&=v&d=%zz&e=%&%66=%C3%A9&a=2";
    CHECK(query_value(query, "a") == "1");
    CHECK(query_value(query, "b") == "x y z");
    CHECK(query_value(query, "c") == "");
    CHECK(query_value(query, "d") == "%zz");
    CHECK(query_value(query, "e") == "%");
    CHECK(query_value(query, "f") == "\xc3\xa9");
    CHECK(query_value(query, "g") == std::nullopt);
    CHECK(query_value("", "a") == std::nullopt);
}

TEST_CASE("a target's path is decoded, or empty when it cannot be") {
    CHECK(path_of("/a%20b/c?x=/y") == "/a b/c");
    CHECK(path_of("/%E7%8C%AB") == "/猫");
    CHECK(path_of("/%ff") == "");
    CHECK(path_of("/%0") == "");
    CHECK(path_of("/%00") == "");
    CHECK(path_of("http://host/x?y") == "/x");
    CHECK(path_of("http://host") == "/");
    CHECK(path_of("http://host?q") == "/");
    CHECK(path_of("/http://x") == "/http://x");
    CHECK(path_of("*") == "*");
    CHECK(query_of("/a?b=c?d") == "b=c?d");
    CHECK(query_of("/a") == "");
}

TEST_CASE("a token list is searched by whole names") {
    CHECK(list_has("a, Close ,b", "close"));
    CHECK_FALSE(list_has("closed, not-close", "close"));
}

TEST_CASE("a response that could split is not writable, and can be made so") {
    response r;
    r.headers.add("Location", "/x\r\nSet-Cookie: evil=1");
    r.headers.add("Fine", "yes");
    CHECK_FALSE(is_writable(r));
    make_writable(r);
    CHECK(is_writable(r));
    CHECK_FALSE(r.headers.has("Location"));
    CHECK(r.headers.has("Fine"));
    r.headers.add("Bad Name", "x");
    CHECK_FALSE(is_writable(r));
    make_writable(r);
    r.headers.add("X", std::string("a\0b", 3));
    CHECK_FALSE(is_writable(r));
    response odd;
    odd.status = 100;
    CHECK_FALSE(is_writable(odd));
    make_writable(odd);
    CHECK(odd.status == 500);
}

TEST_CASE("a response head is written with the server's own fields and without the handler's") {
    response r;
    r.headers.add("X", "y");
    r.headers.add("content-length", "999");
    r.headers.add("Transfer-Encoding", "chunked");
    std::string out = "old";
    write_head(out, r, {.body_bytes = 3, .then = after_answer::close, .date = "D"});
    CHECK(
        out
        == "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 3\r\nConnection: close\r\nX: y\r\n\r\n"
    );
    r.status = 204;
    write_head(out, r, {.date = "D"});
    CHECK(out == "HTTP/1.1 204 No Content\r\nDate: D\r\nX: y\r\n\r\n");
}

TEST_CASE("the date is written as HTTP wants it") {
    http_date date;
    CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(date.at(784111778) == "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST_CASE("a body's pace is judged over whole windows") {
    using std::chrono::seconds;
    const body_pace::limits limits{100, seconds(10)};
    const body_pace::time_point start{};
    body_pace pace;
    pace.start(start);
    CHECK_FALSE(pace.too_slow(start + seconds(9), limits));
    pace.received(1000);
    CHECK_FALSE(pace.too_slow(start + seconds(10), limits));
    pace.received(999);
    CHECK_FALSE(pace.too_slow(start + seconds(19), limits));
    CHECK(pace.too_slow(start + seconds(20), limits));
}
