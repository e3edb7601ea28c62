#include "printing.hpp"

#include "imagined/redis/client.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using redis::parse_endpoint;

namespace {

void check_refused(const std::string& url) {
    CAPTURE(url);
    const auto parsed = parse_endpoint(url);
    REQUIRE(!parsed);
    CHECK(parsed.error().kind == failure_kind::invalid);
    CHECK(parsed.error().detail.find("hunter2") == std::string::npos);
}

} // namespace

TEST_CASE("a plain Redis URL names host, port and database") {
    const auto to = parse_endpoint("redis://cache.local:7000/3").value();
    CHECK(!to.tls);
    CHECK(to.host == "cache.local");
    CHECK(to.port == 7000);
    CHECK(to.database == 3);
    CHECK(to.path.empty());
    CHECK(to.password.empty());
}

TEST_CASE("port and database have their defaults") {
    const auto to = parse_endpoint("redis://cache").value();
    CHECK(to.port == 6379);
    CHECK(to.database == 0);
    CHECK(parse_endpoint("redis://cache/").value().database == 0);
}

TEST_CASE("rediss means TLS") {
    CHECK(parse_endpoint("rediss://cache:1").value().tls);
}

TEST_CASE("user and password are percent-decoded") {
    const auto to = parse_endpoint("redis://me:p%40ss%2Fw%3Ard@cache").value();
    CHECK(to.user == "me");
    CHECK(to.password == "p@ss/w:rd");
    const auto only = parse_endpoint("redis://:pw@cache").value();
    CHECK(only.user.empty());
    CHECK(only.password == "pw");
}

TEST_CASE("an IPv6 host loses its brackets") {
    const auto to = parse_endpoint("redis://[::1]:7000").value();
    CHECK(to.host == "::1");
    CHECK(to.port == 7000);
}

TEST_CASE("a Unix URL names a socket path and perhaps a database") {
    const auto to = parse_endpoint("unix:///run/redis/redis%20one.sock?db=2").value();
    CHECK(to.path == "/run/redis/redis one.sock");
    CHECK(to.database == 2);
    CHECK(parse_endpoint("unix:///run/r.sock").value().database == 0);
    CHECK(parse_endpoint("unix://:pw@/run/r.sock").value().password == "pw");
}

TEST_CASE("URLs that cannot mean a Redis are refused without quoting the password") {
    for (const auto* url : {
             "",
             "cache:6379",
             "http://:hunter2@cache",
             "redis:cache",
             "redis://",
             "redis://:hunter2@",
             "redis://:hunter2@cache:0",
             "redis://:hunter2@cache:70000",
             "redis://:hunter2@cache:port",
             "redis://:hunter2@cache/one",
             "redis://:hunter2@cache/-1",
             "redis://:hunter2@cache/1/2",
             "redis://:hunter2@cache?db=1",
             "redis://:hunter2@cache#1",
             "redis://:hunter2#x@cache",
             "redis://hunter2@cache",
             "unix://run/redis.sock",
             "unix://:hunter2@run/redis.sock",
             "unix:///",
             "unix:///r.sock?db=x",
             "unix:///r.sock?database=hunter2",
             "unix:///r%00.sock",
         }) {
        check_refused(url);
    }
    check_refused("unix:///" + std::string(107, 'a'));
}

TEST_CASE("a socket path of just the permitted length is accepted") {
    CHECK(parse_endpoint("unix:///" + std::string(106, 'a')).value().path.size() == 107);
}
