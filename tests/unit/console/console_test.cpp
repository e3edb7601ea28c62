#include "imagined/console/console.hpp"

#include "unpacked.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace imagined;

namespace {

// "hello\n", as gzip writes it.
constexpr std::array<unsigned char, 26> packed{0x1f, 0x8b, 0x08, 0,    0,    0,    0,    0,    0,
                                               0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0,
                                               0x20, 0x30, 0x3a, 0x36, 0x06, 0,    0,    0};

std::string_view hello() {
    return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

// Tells what reached it.
class api_behind final : public http::handler {
public:
    std::variant<http::admission, http::response> admit(const http::request_head& head) override {
        http::response answer;
        answer.status = 418;
        answer.body = head.path;
        return answer;
    }

    awaitable<http::response> handle(http::request) override { co_return http::response{}; }

    http::response refuse(int status, std::string_view, const http::request_head&) override {
        http::response answer;
        answer.status = status;
        return answer;
    }
};

class scene {
public:
    explicit scene(bool with_pages = true) {
        if (with_pages) {
            pages_ = {
                {"", "text/html; charset=utf-8", "t1", hello(), false},
                {"app.t2.js", "text/javascript; charset=utf-8", "t2", hello(), true},
                {"docs/", "text/html; charset=utf-8", "t3", hello(), false},
                {"docs/ui.t4.js", "text/javascript; charset=utf-8", "t4", hello(), true},
            };
        }
        console_ = console::make_console(pages_, api_);
    }

    http::response
    get(std::string path, std::vector<std::pair<std::string, std::string>> headers = {}) {
        return send("GET", std::move(path), std::move(headers));
    }

    http::response send(
        std::string method,
        std::string path,
        std::vector<std::pair<std::string, std::string>> headers = {}
    ) {
        http::request_head head;
        head.method = std::move(method);
        head.path = std::move(path);
        for (const auto& [name, value] : headers) {
            head.headers.set(name, value);
        }
        auto verdict = console_->admit(head);
        auto* answer = std::get_if<http::response>(&verdict);
        REQUIRE(answer != nullptr);
        return std::move(*answer);
    }

private:
    api_behind api_;
    std::vector<console::page> pages_;
    std::unique_ptr<http::handler> console_;
};

} // namespace

TEST_CASE("the page comes as it is, or compressed for those who take that") {
    scene s;
    const auto plain = s.get("/console/");
    CHECK(plain.status == 200);
    CHECK(plain.text() == "hello\n");
    CHECK(plain.headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(!plain.headers.has("Content-Encoding"));
    const auto small = s.get("/console/", {{"Accept-Encoding", "br, gzip"}});
    CHECK(small.text() == hello());
    CHECK(small.headers.get("Content-Encoding") == "gzip");
    CHECK(small.headers.get("Vary") == "Accept-Encoding");
    CHECK(s.get("/console/", {{"Accept-Encoding", "gzip;q=0, br"}}).text() == "hello\n");
    CHECK(s.get("/console/", {{"Accept-Encoding", "gzip;q=0.5"}}).text() == hello());
}

TEST_CASE("the page is asked for anew, an asset never") {
    scene s;
    const auto page = s.get("/console/");
    CHECK(page.headers.get("Cache-Control") == "no-cache");
    CHECK(page.headers.get("ETag") == "\"t1\"");
    const auto same = s.get("/console/", {{"If-None-Match", "\"t1\""}});
    CHECK(same.status == 304);
    CHECK(same.text().empty());
    CHECK(s.get("/console/", {{"If-None-Match", "\"t0\""}}).status == 200);
    const auto asset = s.get("/console/app.t2.js");
    CHECK(asset.headers.get("Cache-Control") == "public, max-age=31536000, immutable");
}

TEST_CASE("every answer forbids what the page does not need") {
    scene s;
    for (const char* path : {"/console/", "/console/app.t2.js", "/console/nothing", "/console"}) {
        CAPTURE(path);
        const auto answer = s.get(path);
        const auto policy = answer.headers.get("Content-Security-Policy");
        CHECK(policy.starts_with("default-src 'none'; script-src 'self';"));
        CHECK(policy.find("require-trusted-types-for 'script'") != std::string_view::npos);
        CHECK(policy.find("frame-ancestors 'none'") != std::string_view::npos);
        CHECK(policy.find("unsafe") == std::string_view::npos);
        CHECK(answer.headers.get("X-Content-Type-Options") == "nosniff");
        CHECK(answer.headers.get("Referrer-Policy") == "no-referrer");
    }
}

TEST_CASE("browsers that ask for / are led to the console, programs reach the API") {
    scene s;
    const auto led = s.get("/", {{"Accept", "text/html,application/xhtml+xml;q=0.9"}});
    CHECK(led.status == 302);
    CHECK(led.headers.get("Location") == "console/");
    CHECK(s.get("/console").headers.get("Location") == "console/");
    CHECK(s.get("/").status == 418);
    CHECK(s.get("/", {{"Accept", "*/*"}}).status == 418);
    CHECK(s.send("POST", "/", {{"Accept", "text/html"}}).status == 418);
    CHECK(s.get("/consoles").status == 418);
    CHECK(s.get("/mj/task/list").text() == "/mj/task/list");
}

TEST_CASE("unknown pages and other methods are refused") {
    scene s;
    CHECK(s.get("/console/../etc/passwd").status == 404);
    const auto refused = s.send("POST", "/console/");
    CHECK(refused.status == 405);
    CHECK(refused.headers.get("Allow") == "GET, HEAD");
    CHECK(s.send("HEAD", "/console/").status == 200);
}

TEST_CASE("a binary without pages says so, and leads nobody there") {
    scene s(false);
    CHECK(s.get("/console/").status == 404);
    CHECK(s.get("/console/").text().find("IMAGINED_CONSOLE") != std::string_view::npos);
    CHECK(s.get("/", {{"Accept", "text/html"}}).status == 418);
    CHECK(s.get("/mj/task/list").status == 418);
}

TEST_CASE("what is not whole is not unpacked") {
    CHECK(console::unpacked(hello().substr(0, 20)).empty());
    CHECK(console::unpacked("no gzip").empty());
}

TEST_CASE("the API's reference stands at /docs, and its files nowhere else") {
    scene s;
    const auto led = s.get("/docs");
    CHECK(led.status == 302);
    CHECK(led.headers.get("Location") == "docs/");
    const auto page = s.get("/docs/");
    CHECK(page.status == 200);
    CHECK(page.headers.get("ETag") == "\"t3\"");
    CHECK(
        page.headers.get("Content-Security-Policy")
        == s.get("/console/").headers.get("Content-Security-Policy")
    );
    CHECK(s.get("/docs/ui.t4.js").status == 200);
    CHECK(s.get("/docs/app.t2.js").status == 404);
    CHECK(s.get("/console/docs/ui.t4.js").status == 404);
    CHECK(s.get("/docsx").status == 418);
    CHECK(s.send("POST", "/docs/").status == 405);
    CHECK(scene(false).get("/docs/").status == 404);
}
