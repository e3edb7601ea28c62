#include "imagined/http/proxy.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::http;

namespace {

const proxy* way_to(const way_out& out, const std::string& target) {
    return out.to(parse_url(target).value());
}

// Whether a NO_PROXY list covers a target.
bool covers(const std::string& list, const std::string& target) {
    return no_proxy_list(list).covers(parse_url(target).value());
}

} // namespace

TEST_CASE("a proxy is an http address, perhaps with a user and a password") {
    const auto plain = parse_proxy("http://proxy.example:3128").value();
    CHECK(plain.host == "proxy.example");
    CHECK(plain.port == 3128);
    CHECK(plain.authorization.empty());
    CHECK(parse_proxy("HTTP://[::1]:3128/").value().text() == "http://[::1]:3128");
    CHECK(parse_proxy("http://proxy.example").value().port == 80);
    const auto known = parse_proxy("http://me:p%40ss:w@rd@10.0.0.1:8080").value();
    CHECK(known.host == "10.0.0.1");
    CHECK(known.authorization == "Basic " + to_base64("me:p@ss:w@rd"));
    CHECK(known.text() == "http://10.0.0.1:8080");
    CHECK(parse_proxy("http://token@p:1").value().authorization == "Basic " + to_base64("token:"));
}

TEST_CASE("what is no proxy is refused without being quoted") {
    for (const auto* text :
         {"proxy.example:3128",
          "https://u:s3cret@proxy.example:3128",
          "socks5://s3cret:s3cret@proxy.example:1080",
          "http://u:s3cret@",
          "http://u:s3cret@proxy.example:99999",
          "http://u:s3cret%@proxy.example:1",
          "http://u:s3cret@proxy.example:1/path",
          "http://u:s3cret@proxy example:1",
          ""}) {
        CAPTURE(text);
        const auto read = parse_proxy(text);
        REQUIRE(read.has_error());
        CHECK(read.error().kind == failure_kind::invalid);
        CHECK(read.error().detail.find("s3cret") == std::string::npos);
    }
}

TEST_CASE("NO_PROXY names hosts, what is below them, addresses, networks and ports") {
    CHECK(covers("*", "https://any.example/"));
    CHECK(covers("a.example, b.example", "https://b.example/"));
    CHECK(covers("b.example", "https://www.b.example/"));
    CHECK(covers(".b.example", "https://www.b.example/"));
    CHECK(covers("*.b.example", "https://www.b.example/"));
    CHECK(covers("B.Example.", "https://b.example/"));
    CHECK_FALSE(covers("b.example", "https://ab.example/"));
    CHECK_FALSE(covers("b.example", "https://b.example.org/"));
    CHECK(covers("b.example:8443", "https://b.example:8443/"));
    CHECK_FALSE(covers("b.example:8443", "https://b.example/"));
    CHECK(covers("10.1.2.3", "http://10.1.2.3/"));
    CHECK(covers("10.0.0.0/8", "http://10.1.2.3/"));
    CHECK_FALSE(covers("10.0.0.0/8", "http://11.1.2.3/"));
    CHECK_FALSE(covers("10.0.0.0/8", "http://ten.example/"));
    CHECK(covers("[2001:db8::1]:80", "http://[2001:db8::1]/"));
    CHECK(covers("2001:db8::/32", "http://[2001:db8::1]/"));
    CHECK_FALSE(covers("", "http://a.example/"));
    CHECK_FALSE(covers(",, :80, x:y, 1.2.3.4/99", "http://a.example/"));
}

TEST_CASE("the environment has a proxy for each scheme, and the lower-case form counts first") {
    const auto out = way_out::of(
        {{"HTTP_PROXY", "http://upper:1"},
         {"http_proxy", "http://lower:2"},
         {"HTTPS_PROXY", "http://secure:3"},
         {"NO_PROXY", "direct.example"}}
    );
    REQUIRE(way_to(out, "http://a.example/") != nullptr);
    CHECK(way_to(out, "http://a.example/")->host == "lower");
    CHECK(way_to(out, "https://a.example/")->host == "secure");
    CHECK(way_to(out, "https://direct.example/") == nullptr);
    CHECK(way_to(way_out::of({{"HTTP_PROXY", "http://p:1"}}), "https://a.example/") == nullptr);
    CHECK(way_to(way_out::of({{"HTTPS_PROXY", "bare.example:3128"}}), "https://a/")->port == 3128);
    CHECK(way_to(way_out::of({{"HTTPS_PROXY", ""}}), "https://a.example/") == nullptr);
}

TEST_CASE("no private address and no localhost goes through the environment's proxy") {
    const auto out = way_out::of({{"HTTP_PROXY", "http://p:1"}, {"HTTPS_PROXY", "http://p:1"}});
    for (const auto* target :
         {"http://127.0.0.1:9000/",
          "https://10.0.0.1/",
          "http://192.168.1.1/",
          "http://[::1]/",
          "http://[fd00::1]/",
          "http://169.254.169.254/",
          "http://localhost:8080/",
          "https://api.localhost/"}) {
        CAPTURE(target);
        CHECK(way_to(out, target) == nullptr);
    }
    CHECK(way_to(out, "http://8.8.8.8/") != nullptr);
    // One that was configured for just that is taken everywhere.
    const auto set = way_out::through(parse_proxy("http://p:1").value());
    CHECK(way_to(set, "http://127.0.0.1:9000/") != nullptr);
    CHECK(way_to(set, "https://a.example/") != nullptr);
    CHECK(way_to(way_out(), "https://a.example/") == nullptr);
}

TEST_CASE("a variable that cannot be used is told by its name, and not used") {
    std::vector<std::string> complaints;
    const auto out = way_out::of(
        {{"HTTPS_PROXY", "socks5://u:s3cret@p:1080"}, {"http_proxy", "http://p:1"}}, &complaints
    );
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].find("HTTPS_PROXY") != std::string::npos);
    CHECK(complaints[0].find("s3cret") == std::string::npos);
    CHECK(way_to(out, "https://a.example/") == nullptr);
    CHECK(way_to(out, "http://a.example/") != nullptr);
}
