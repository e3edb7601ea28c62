#include "listen.hpp"

#include <doctest/doctest.h>

using imagined::config::parse_listen;

TEST_CASE("loopback addresses are told from others") {
    CHECK(parse_listen("127.0.0.1:8080")->loopback);
    CHECK(parse_listen("127.8.9.1:1")->loopback);
    CHECK(parse_listen("[::1]:8080")->loopback);
    CHECK(parse_listen("localhost:8080")->loopback);
    CHECK_FALSE(parse_listen("192.168.1.5:8080")->loopback);
    CHECK_FALSE(parse_listen("0.0.0.0:8080")->loopback);
}

TEST_CASE("every spelling of the wildcard is one") {
    for (const char* text : {"0.0.0.0:80", "[::]:80", "*:80", ":80"}) {
        CAPTURE(text);
        CHECK(parse_listen(text)->wildcard);
        CHECK_FALSE(parse_listen(text)->loopback);
    }
    CHECK_FALSE(parse_listen("127.0.0.1:80")->wildcard);
}

TEST_CASE("what can be bound is an address literal and a port") {
    CHECK(parse_listen("localhost:0")->text() == "127.0.0.1:0");
    CHECK(parse_listen("*:80")->text() == "0.0.0.0:80");
    CHECK(parse_listen("[::1]:80")->text() == "[::1]:80");
}

TEST_CASE("a listen that is neither is refused") {
    for (const char* text :
         {"",
          "8080",
          "127.0.0.1",
          "127.0.0.1:",
          "127.0.0.1:65536",
          "127.0.0.1:-1",
          "127.0.0.1:80x",
          "::1:80",
          "[127.0.0.1]:80",
          "example.com:80",
          "http://127.0.0.1:80"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_listen(text).has_value());
    }
}
