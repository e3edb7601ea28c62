#include "tests/support/a_request.hpp"

#include "imagined/backend/backend.hpp"
#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/http/server.hpp"
#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

namespace imagined::backend {

namespace {

// Answers by path from a table.
class shelf final : public http::handler {
public:
    std::variant<http::admission, http::response> admit(const http::request_head&) override {
        return http::admission{};
    }

    awaitable<http::response> handle(http::request incoming) override {
        ++asked[incoming.path];
        const auto at = answers.find(incoming.path);
        http::response made;
        made.status = 404;
        co_return at == answers.end() ? made : at->second;
    }

    http::response refuse(int status, std::string_view, const http::request_head&) override {
        http::response made;
        made.status = status;
        return made;
    }

    std::map<std::string, http::response> answers;
    std::map<std::string, int> asked;
};

http::response with_body(int status, std::string body) {
    http::response made;
    made.status = status;
    made.body = std::move(body);
    return made;
}

http::response to(std::string location) {
    http::response made;
    made.status = 302;
    made.headers.set("Location", location);
    return made;
}

class picture_host {
public:
    picture_host()
        : server_(http::server::create(
              http::listener::open(context_.get_executor(), "127.0.0.1:0").value(), {}, pictures
          )) {
        server_->start();
    }

    ~picture_host() {
        through_.reset();
        server_->drain();
        test::run_on(context_, [this]() -> awaitable<> {
            co_await server_->join(milliseconds(200));
        });
    }

    picture_host(const picture_host&) = delete;
    picture_host& operator=(const picture_host&) = delete;

    std::string url(std::string path) const { return "http://" + server_->address() + path; }

    // `rules` are fetch.allow; the backend lives at `base`, by default at this very host.
    result<std::string> fetch(
        std::string url,
        const std::vector<std::string>& rules = {},
        std::string base = {},
        std::size_t max_bytes = 1 << 20
    ) {
        backend_options options;
        options.name = "b";
        options.base_url = base.empty() ? this->url("") : base;
        options.keys = {"sk-1234567"};
        const auto allowed = http::egress_policy::parse(rules).value();
        through_ = backend::create(context_.get_executor(), options, allowed).value();
        using fetched = std::optional<result<std::string>>;
        return test::run_on<fetched>(
                   context_,
                   [&]() -> awaitable<fetched> {
                       co_return co_await through_->fetch_picture(
                           url, max_bytes, milliseconds(10000)
                       );
                   }
        ).value();
    }

    shelf pictures;

private:
    asio::io_context context_{1};
    std::unique_ptr<http::server> server_;
    std::unique_ptr<backend> through_;
};

} // namespace

TEST_CASE("a picture is fetched from the backend's own host and port, and from nowhere private") {
    picture_host host;
    host.pictures.answers["/p"] = with_body(200, test::a_picture());
    CHECK(host.fetch(host.url("/p")).value() == test::a_picture());
    const auto denied = host.fetch(host.url("/p"), {}, "https://elsewhere.example");
    CHECK(denied.error().kind == failure_kind::rejected);
    CHECK(host.fetch(host.url("/p"), {"127.0.0.0/8"}, "https://elsewhere.example").has_value());
}

TEST_CASE("redirects are followed three times and each is judged again") {
    picture_host host;
    auto& answers = host.pictures.answers;
    answers["/p"] = with_body(200, test::a_picture());
    answers["/1"] = to("/p");
    answers["/2"] = to(host.url("/1"));
    answers["/3"] = to("2");
    answers["/4"] = to("/3");
    CHECK(host.fetch(host.url("/3")).has_value());
    CHECK(host.fetch(host.url("/4")).error().kind == failure_kind::corrupt);
    answers["/out"] = to("http://127.0.0.2:9/p");
    CHECK(host.fetch(host.url("/out")).error().kind == failure_kind::rejected);
    answers["/file"] = to("file:///etc/passwd");
    CHECK(host.fetch(host.url("/file")).error().kind == failure_kind::corrupt);
    answers["/nowhere"] = with_body(302, "");
    CHECK(host.fetch(host.url("/nowhere")).error().kind == failure_kind::corrupt);
}

TEST_CASE("a status tells whether a repetition may help") {
    picture_host host;
    for (const int status : {403, 404, 410, 400, 204}) {
        CAPTURE(status);
        host.pictures.answers["/p"] = with_body(status, "");
        CHECK(host.fetch(host.url("/p")).error().kind == failure_kind::corrupt);
    }
    for (const int status : {408, 429, 500, 503}) {
        CAPTURE(status);
        host.pictures.answers["/p"] = with_body(status, "");
        CHECK(host.fetch(host.url("/p")).error().kind == failure_kind::unavailable);
    }
}

TEST_CASE("what is no picture, or too long, is not taken") {
    picture_host host;
    host.pictures.answers["/p"] = with_body(200, "<html>");
    CHECK(host.fetch(host.url("/p")).error().kind == failure_kind::corrupt);
    host.pictures.answers["/p"] = with_body(200, test::a_picture());
    CHECK(host.fetch(host.url("/p"), {}, {}, 10).error().kind == failure_kind::corrupt);
    CHECK(host.fetch("not a link").error().kind == failure_kind::corrupt);
}

TEST_CASE("a Location is resolved against the page that sent it") {
    const auto at = http::parse_url("https://h.example:8443/a/b?x=1").value();
    const auto text = [&](std::string_view location) {
        return redirected(at, location).value().text();
    };
    CHECK(text("https://o.example/p") == "https://o.example/p");
    CHECK(text("//o.example/p") == "https://o.example/p");
    CHECK(text("/p?y=http://z") == "https://h.example:8443/p?y=http://z");
    CHECK(text("c") == "https://h.example:8443/a/c");
    CHECK(text("?y=2") == "https://h.example:8443/a/b?y=2");
    CHECK(text("/p#part") == "https://h.example:8443/p");
    CHECK(redirected(at, "javascript://x").has_error());
}

} // namespace imagined::backend
