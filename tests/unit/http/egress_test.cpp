#include "imagined/http/egress.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::http;
using boost::asio::ip::make_address;

TEST_CASE("only global unicast addresses are public") {
    for (const auto* text : {
             "1.1.1.1",
             "8.8.8.8",
             "9.255.255.255",
             "11.0.0.0",
             "100.63.255.255",
             "100.128.0.0",
             "126.255.255.255",
             "128.0.0.0",
             "169.253.255.255",
             "169.255.0.0",
             "172.15.255.255",
             "172.32.0.0",
             "192.0.1.0",
             "192.0.3.0",
             "192.88.98.255",
             "192.88.100.0",
             "192.167.255.255",
             "192.169.0.0",
             "198.17.255.255",
             "198.20.0.0",
             "198.51.99.255",
             "198.51.101.0",
             "203.0.112.255",
             "203.0.114.0",
             "223.255.255.255",
             "2606:4700:4700::1111",
             "2001:4860:4860::8888",
             "2001:200::1",
             "2001:db7::1",
             "2001:db9::1",
             "2003::1",
             "2a00::1",
             "3fff:1000::1",
         }) {
        CAPTURE(text);
        CHECK(is_public(make_address(text)));
    }
}

TEST_CASE("every class of address that leads inside is not public") {
    for (const auto* text : {
             "0.0.0.0",
             "0.255.255.255",
             "10.0.0.0",
             "10.255.255.255",
             "100.64.0.0",
             "100.127.255.255",
             "127.0.0.1",
             "127.255.255.255",
             "169.254.0.0",
             "169.254.169.254",
             "172.16.0.0",
             "172.31.255.255",
             "192.0.0.1",
             "192.0.0.255",
             "192.0.2.1",
             "192.88.99.1",
             "192.168.0.0",
             "192.168.255.255",
             "198.18.0.0",
             "198.19.255.255",
             "198.51.100.1",
             "203.0.113.255",
             "224.0.0.1",
             "239.255.255.255",
             "240.0.0.1",
             "255.255.255.255",
             "::",
             "::1",
             "::127.0.0.1",
             "::ffff:127.0.0.1",
             "::ffff:8.8.8.8",
             "64:ff9b::7f00:1",
             "64:ff9b::808:808",
             "64:ff9b:1::1",
             "100::1",
             "2001::1",
             "2001:0:7f00:1::",
             "2001:2::1",
             "2001:10::1",
             "2001:1ff::1",
             "2001:db8::1",
             "2002:7f00:1::",
             "2002:808:808::",
             "3fff::1",
             "3fff:fff::1",
             "fc00::1",
             "fdff::1",
             "fe80::1",
             "febf::1",
             "fec0::1",
             "feff::1",
             "ff02::1",
             "ff0e::1",
             "4000::1",
             "5f00::1",
             "1fff::1",
         }) {
        CAPTURE(text);
        CHECK_FALSE(is_public(make_address(text)));
    }
}

TEST_CASE("without rules a policy permits the public alone, by the address and not by the name") {
    const egress_policy policy;
    CHECK(policy.permits("example.com", make_address("1.1.1.1"), 443));
    CHECK_FALSE(policy.permits("example.com", make_address("127.0.0.1"), 443));
    CHECK_FALSE(policy.permits("example.com", make_address("::ffff:1.1.1.1"), 443));
}

TEST_CASE("of the public, ports are permitted where web servers listen") {
    const egress_policy policy;
    const auto address = make_address("1.1.1.1");
    for (const std::uint16_t port : {80, 443, 1024, 3000, 8080, 8443, 65535}) {
        CAPTURE(port);
        CHECK(policy.permits("example.com", address, port));
        CHECK(policy.may_permit("example.com", port));
    }
    for (const std::uint16_t port : {1, 22, 25, 53, 81, 465, 1023}) {
        CAPTURE(port);
        CHECK_FALSE(policy.permits("example.com", address, port));
        CHECK_FALSE(policy.may_permit("example.com", port));
        CHECK_FALSE(policy.may_permit("1.1.1.1", port));
    }
    const auto opened = egress_policy::parse({"example.com:81"}).value();
    CHECK(opened.permits("example.com", address, 81));
    CHECK(opened.may_permit("example.com", 81));
    CHECK_FALSE(opened.may_permit("example.org", 81));
}

TEST_CASE("a trusted policy permits everything") {
    const auto policy = egress_policy::trusted();
    CHECK(policy.permits("x", make_address("169.254.169.254"), 80));
    CHECK(policy.may_permit("localhost", 80));
}

TEST_CASE("rules open exactly what they name") {
    const auto policy = egress_policy::parse({
                                                 "10.1.0.0/16",
                                                 "fd00::/8",
                                                 "hooks.local",
                                                 "Build.Local:8080",
                                                 "127.0.0.1:9000",
                                                 "[::1]:9001",
                                                 "192.168.3.4",
                                             })
                            .value();

    struct row {
        const char* host;
        const char* address;
        std::uint16_t port;
        bool permitted;
    };

    const std::vector<row> rows{
        {"x", "10.1.2.3", 1, true},
        {"x", "10.2.0.0", 1, false},
        {"x", "::ffff:10.1.2.3", 1, false},
        {"x", "fdaa::1", 1, true},
        {"x", "fc00::1", 1, false},
        {"hooks.local", "127.0.0.1", 80, true},
        {"HOOKS.local.", "127.0.0.1", 80, true},
        {"a.hooks.local", "127.0.0.1", 80, false},
        {"hooks.local.evil", "127.0.0.1", 80, false},
        {"build.local", "172.16.0.1", 8080, true},
        {"build.local", "172.16.0.1", 8081, false},
        {"any", "127.0.0.1", 9000, true},
        {"any", "127.0.0.1", 9001, false},
        {"any", "127.0.0.2", 9000, false},
        {"::1", "::1", 9001, true},
        {"::1", "::1", 9000, false},
        {"x", "192.168.3.4", 5, true},
        {"x", "192.168.3.5", 5, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.host);
        CAPTURE(r.address);
        CAPTURE(r.port);
        CHECK(policy.permits(r.host, make_address(r.address), r.port) == r.permitted);
    }
}

TEST_CASE("a rule that cannot be read is named") {
    for (const auto* text : {
             "",
             "10.0.0.0/33",
             "::/129",
             "10.0.0.0/",
             "10.0.0.0/x",
             "host/8",
             "host:0",
             "host:65536",
             "host:",
             "host:x",
             "[::1",
             "[::1]x",
             "a b",
             "http://a",
             "[]:80",
             ":80",
         }) {
        CAPTURE(text);
        const auto policy = egress_policy::parse({"10.0.0.0/8", text});
        REQUIRE(policy.has_error());
        CHECK(policy.error().kind == failure_kind::invalid);
        CHECK(policy.error().detail.starts_with("\"" + std::string(text) + "\""));
    }
}

TEST_CASE("an allowed host is permitted on its port only") {
    egress_policy policy;
    policy.allow("Backend.local", 8443);
    policy.allow("127.0.0.1", 9000);
    CHECK(policy.permits("backend.local", make_address("10.0.0.1"), 8443));
    CHECK_FALSE(policy.permits("backend.local", make_address("10.0.0.1"), 443));
    CHECK(policy.permits("127.0.0.1", make_address("127.0.0.1"), 9000));
    CHECK_FALSE(policy.permits("127.0.0.1", make_address("127.0.0.1"), 9001));
}

TEST_CASE("before a look-up only literals and localhost are judged") {
    const egress_policy closed;
    CHECK(closed.may_permit("example.com", 80));
    CHECK(closed.may_permit("does-not-resolve.invalid", 80));
    CHECK(closed.may_permit("1.1.1.1", 80));
    CHECK_FALSE(closed.may_permit("127.0.0.1", 80));
    CHECK_FALSE(closed.may_permit("127.0.0.1.", 80));
    CHECK_FALSE(closed.may_permit("::1", 80));
    CHECK_FALSE(closed.may_permit("::ffff:127.0.0.1", 80));
    CHECK_FALSE(closed.may_permit("localhost", 80));
    CHECK_FALSE(closed.may_permit("LOCALHOST.", 80));
    CHECK_FALSE(closed.may_permit("a.localhost", 80));
    CHECK(closed.may_permit("localhost.example", 80));

    const auto open = egress_policy::parse({"localhost:80", "10.0.0.0/8"}).value();
    CHECK(open.may_permit("localhost", 80));
    CHECK_FALSE(open.may_permit("localhost", 81));
    CHECK(open.may_permit("10.0.0.1", 81));
    CHECK(egress_policy::parse({"127.0.0.0/8"}).value().may_permit("localhost", 81));
}
