// Whom a server without keys lets in.
#include "http/local_access.hpp"
#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using api::local_access;
using ruling = local_access::verdict;

namespace {

http::request_head asking(const header_list& headers, const std::string& method = "GET") {
    http::request_head head;
    head.method = method;
    head.target = "/mj/task/list";
    head.path = head.target;
    for (const auto& [name, value] : headers) {
        head.headers.add(name, value);
    }
    return head;
}

ruling judged(const local_access& door, const std::string& host) {
    return door.judge(asking({{"Host", host}}));
}

} // namespace

TEST_CASE("this machine's own names are at home at any port, and others' are not") {
    const local_access door("http://127.0.0.1:8080", {"*"});
    for (const char* host :
         {"127.0.0.1",
          "127.0.0.1:8080",
          "127.0.0.1:1",
          "127.8.9.10:99",
          "localhost",
          "LocalHost:80",
          "localhost.",
          "localhost.:8080",
          "[::1]",
          "[::1]:8080",
          "[0:0:0:0:0:0:0:1]:1",
          "[::ffff:127.0.0.1]:8080"}) {
        CAPTURE(host);
        CHECK(judged(door, host) == ruling::welcome);
    }
    for (const char* host :
         {"evil.example",
          "evil.example:8080",
          "localhost.evil.example",
          "127.0.0.1.nip.io",
          "127.0.0.1.evil.example:8080",
          "evil.localhost",
          "0.0.0.0:8080",
          "[::]:8080",
          "10.0.0.1",
          "[::ffff:10.0.0.1]",
          "[fe80::1]",
          "128.0.0.1",
          "0x7f.0.0.1",
          "2130706433",
          "localhost@evil",
          "evil@localhost",
          "localhost/evil",
          "localhost#",
          "localhost:0",
          "localhost:99999",
          "localhost:80:80",
          "localhost evil",
          "localhost,evil.example",
          "",
          ":8080",
          "::1",
          "http://localhost",
          "\xff",
          "ｌｏｃａｌｈｏｓｔ",
          "%6cocalhost"}) {
        CAPTURE(host);
        CHECK(judged(door, host) == ruling::misdirected);
    }
}

TEST_CASE("public_url names one more host, at its port") {
    const local_access door("https://pictures.example/base", {"*"});
    CHECK(judged(door, "pictures.example") == ruling::welcome);
    CHECK(judged(door, "Pictures.Example.") == ruling::welcome);
    CHECK(judged(door, "pictures.example:443") == ruling::welcome);
    CHECK(judged(door, "pictures.example:80") == ruling::misdirected);
    CHECK(judged(door, "more.pictures.example") == ruling::misdirected);
    CHECK(judged(door, "127.0.0.1:8080") == ruling::welcome);
    const local_access plain("http://pictures.example:8080", {"*"});
    CHECK(judged(plain, "pictures.example:8080") == ruling::welcome);
    CHECK(judged(plain, "pictures.example") == ruling::misdirected);
}

TEST_CASE("Host may be absent, which only HTTP/1.0 allows, and an absolute target counts as well") {
    const local_access door("http://127.0.0.1:8080", {"*"});
    CHECK(door.judge(asking({})) == ruling::welcome);
    auto head = asking({{"Host", "127.0.0.1"}});
    head.target = "http://127.0.0.1:9/mj/task/list";
    CHECK(door.judge(head) == ruling::welcome);
    head.target = "http://evil.example/mj/task/list";
    CHECK(door.judge(head) == ruling::misdirected);
    head.target = "/mj/task/list?next=http://evil.example/";
    CHECK(door.judge(head) == ruling::welcome);
}

TEST_CASE("pages of this machine, of public_url and those named may call, and no others") {
    const local_access door("https://pictures.example", {"*", "https://app.example", "null"});
    for (const char* origin :
         {"http://localhost:3000",
          "http://127.0.0.1",
          "https://127.9.9.9:8443",
          "http://[::1]:5173",
          "https://pictures.example",
          "https://pictures.example:443",
          "https://app.example"}) {
        CAPTURE(origin);
        CHECK(door.knows_origin(origin));
        for (const char* method : {"GET", "POST", "OPTIONS", "PATCH", "DELETE"}) {
            const auto head = asking({{"Host", "localhost"}, {"Origin", origin}}, method);
            CHECK(door.judge(head) == ruling::welcome);
        }
    }
    for (const char* origin :
         {"null",
          "*",
          "",
          "https://evil.example",
          "http://pictures.example",
          "https://pictures.example:8443",
          "https://app.example.evil.example",
          "http://app.example",
          "http://localhost.evil.example",
          "http://localhost/",
          "http://localhost:3000/x",
          "http://a@localhost",
          "localhost",
          "file://",
          "file://localhost",
          "chrome-extension://localhost",
          "http://localhost http://evil.example"}) {
        CAPTURE(origin);
        CHECK(!door.knows_origin(origin));
        for (const char* method : {"GET", "HEAD", "POST", "OPTIONS", "PATCH"}) {
            const auto head = asking({{"Host", "localhost"}, {"Origin", origin}}, method);
            CHECK(door.judge(head) == ruling::foreign);
        }
    }
}

TEST_CASE("each of several origins must be known") {
    const local_access door("http://127.0.0.1:8080", {});
    const header_list both{
        {"Host", "localhost"}, {"Origin", "http://localhost"}, {"Origin", "http://evil.example"}
    };
    CHECK(door.judge(asking(both)) == ruling::foreign);
}

TEST_CASE("another site's page may lead here and show a picture, and nothing more") {
    const local_access door("http://127.0.0.1:8080", {"*"});
    const auto across = [&](header_list more, const char* method) {
        more.emplace_back("Host", "localhost:8080");
        more.emplace_back("Sec-Fetch-Site", "cross-site");
        return door.judge(asking(more, method));
    };
    const header_list leads{{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}};
    const header_list shows{{"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "image"}};
    CHECK(across(leads, "GET") == ruling::welcome);
    CHECK(across(leads, "POST") == ruling::foreign);
    CHECK(across(shows, "GET") == ruling::welcome);
    CHECK(across(shows, "POST") == ruling::foreign);
    CHECK(across({}, "GET") == ruling::foreign);
    CHECK(
        across({{"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "script"}}, "GET")
        == ruling::foreign
    );
    const header_list with_origin{{"Origin", "http://localhost:1"}, {"Sec-Fetch-Mode", "cors"}};
    CHECK(across(with_origin, "POST") == ruling::welcome);
    for (const char* site : {"same-origin", "same-site", "none", ""}) {
        CHECK(
            door.judge(asking({{"Host", "localhost"}, {"Sec-Fetch-Site", site}}, "POST"))
            == ruling::welcome
        );
    }
}

TEST_CASE("health is told to everybody") {
    const local_access door("http://127.0.0.1:8080", {});
    for (const char* path : {"/healthz", "/readyz"}) {
        auto head = asking({{"Host", "evil.example"}, {"Origin", "null"}});
        head.path = path;
        CHECK(door.judge(head) == ruling::welcome);
        head.path = std::string(path) + "/x";
        CHECK(door.judge(head) == ruling::misdirected);
    }
}

TEST_CASE("what an open server answers names the origin that it knows, and never all") {
    scene s;
    const auto mine = s.get("/mj/task/list", {{"Origin", "http://localhost:3000"}});
    CHECK(mine.headers.get("Access-Control-Allow-Origin") == "http://localhost:3000");
    CHECK(mentions(mine.headers.get("Vary"), "Origin"));
    const auto health = s.get("/healthz", {{"Origin", "https://evil.example"}});
    CHECK(!health.headers.has("Access-Control-Allow-Origin"));
    CHECK(mentions(health.headers.get("Vary"), "Origin"));
    const auto preflight =
        s.send("OPTIONS", "/mj/submit/imagine", "", {{"Origin", "http://[::1]:1"}});
    CHECK(preflight.headers.get("Access-Control-Allow-Origin") == "http://[::1]:1");
}
