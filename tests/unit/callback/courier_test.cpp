#include "imagined/callback/courier.hpp"

#include "imagined/callback/signature.hpp"
#include "imagined/http/server.hpp"
#include "tests/support/run_coroutine.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <doctest/doctest.h>

using namespace imagined;
using callback::attempt_result;
using callback::courier;
using callback::courier_options;
using kind = callback::attempt_result::kind;

namespace {

constexpr std::string_view secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// Answers what it is told to, and remembers what came.
class receiver final : public http::handler {
public:
    std::variant<http::admission, http::response>
    admit(const http::request_head& /*head*/) override {
        return http::admission{1 << 20};
    }

    awaitable<http::response> handle(http::request incoming) override {
        seen.push_back(std::move(incoming));
        co_return next;
    }

    http::response refuse(
        int status, std::string_view /*reason*/, const http::request_head& /*head*/
    ) override {
        http::response answer;
        answer.status = status;
        return answer;
    }

    http::response next;
    std::vector<http::request> seen;
};

const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct scene {
    asio::io_context context{1};
    receiver there;
    std::unique_ptr<http::server> server;

    scene() {
        auto from = http::listener::open(context.get_executor(), "127.0.0.1:0");
        REQUIRE(from.has_value());
        server = http::server::create(*std::move(from), {}, there);
        server->start();
    }

    std::string hook(std::string_view path = "/hook") const {
        return "http://" + server->address() + std::string(path);
    }

    std::unique_ptr<courier> make(courier_options options) {
        auto made = courier::create(context.get_executor(), std::move(options));
        REQUIRE(made.has_value());
        return std::move(*made);
    }

    std::unique_ptr<courier> allowed(std::vector<std::string> secrets = {}) {
        courier_options options;
        options.allow = {"127.0.0.0/8"};
        options.secrets = std::move(secrets);
        return make(std::move(options));
    }

    attempt_result deliver(courier& by, std::string to, std::string body = "{}") {
        return test::run_on<attempt_result>(context, [&] {
            return by.deliver(to, "1760000000000123-4", body, traceparent);
        });
    }
};

std::string create_error(courier_options options) {
    asio::io_context context;
    const auto made = courier::create(context.get_executor(), std::move(options));
    REQUIRE(!made);
    CHECK(made.error().kind == failure_kind::invalid);
    return made.error().detail;
}

bool mentions(const std::string& text, std::string_view word) {
    return text.find(word) != std::string::npos;
}

} // namespace

TEST_CASE("a 2xx is a delivery") {
    scene s;
    const auto by = s.allowed();
    for (const int status : {200, 202, 204, 299}) {
        CAPTURE(status);
        s.there.next.status = status;
        const auto came = s.deliver(*by, s.hook());
        CHECK(came.what == kind::delivered);
        CHECK(came.status == status);
    }
}

TEST_CASE("a 2xx is a delivery however long its body is") {
    scene s;
    const auto by = s.allowed();
    s.there.next.body = std::string(2'000'000, 'x');
    const auto came = s.deliver(*by, s.hook());
    CHECK(came.what == kind::delivered);
    CHECK(came.note == "200");
}

TEST_CASE("the body is posted as JSON, exactly as given") {
    scene s;
    const auto by = s.allowed();
    const std::string body = R"({"id":"1760000000000123","prompt":"狐狸"})";
    s.deliver(*by, s.hook("/hook?room=7"), body);
    REQUIRE(s.there.seen.size() == 1);
    CHECK(s.there.seen[0].method == "POST");
    CHECK(s.there.seen[0].target == "/hook?room=7");
    CHECK(s.there.seen[0].headers.get("Content-Type") == "application/json");
    CHECK(s.there.seen[0].body == body);
}

TEST_CASE("id and timestamp are always sent, a signature only with a secret") {
    scene s;
    const auto by = s.allowed();
    s.deliver(*by, s.hook());
    REQUIRE(s.there.seen.size() == 1);
    const auto& headers = s.there.seen[0].headers;
    CHECK(headers.get("webhook-id") == "1760000000000123-4");
    CHECK(!headers.get("webhook-timestamp").empty());
    CHECK(!headers.has("webhook-signature"));
    CHECK(headers.get("traceparent") == traceparent);
}

TEST_CASE("the signature verifies over the id, the timestamp and the body that were sent") {
    scene s;
    const auto by = s.allowed({std::string(secret)});
    s.deliver(*by, s.hook(), R"({"a":1})");
    REQUIRE(s.there.seen.size() == 1);
    const auto& headers = s.there.seen[0].headers;
    const auto timestamp = std::stoll(std::string(headers.get("webhook-timestamp")));
    const auto expected = callback::sign(
        {.secrets = {*callback::parse_secret(secret)}},
        "1760000000000123-4",
        timestamp,
        R"({"a":1})"
    );
    CHECK(headers.get("webhook-signature") == expected);
}

TEST_CASE("every secret signs during a rotation") {
    scene s;
    const auto by =
        s.allowed({std::string(secret), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="});
    s.deliver(*by, s.hook());
    REQUIRE(s.there.seen.size() == 1);
    const std::string signature(s.there.seen[0].headers.get("webhook-signature"));
    CHECK(mentions(signature, " v1,"));
}

TEST_CASE("a redirect is a failure and is not followed") {
    scene s;
    const auto by = s.allowed();
    s.there.next.status = 302;
    s.there.next.headers.set("Location", s.hook("/elsewhere"));
    const auto came = s.deliver(*by, s.hook());
    CHECK(came.what == kind::failed);
    CHECK(came.status == 302);
    CHECK(s.there.seen.size() == 1);
}

TEST_CASE("410 ends the deliveries") {
    scene s;
    const auto by = s.allowed();
    s.there.next.status = 410;
    CHECK(s.deliver(*by, s.hook()).what == kind::gone);
}

TEST_CASE("any other status is a failure that carries Retry-After") {
    scene s;
    const auto by = s.allowed();
    s.there.next.headers.set("Retry-After", "7");
    for (const int status : {400, 404, 429, 500, 503}) {
        CAPTURE(status);
        s.there.next.status = status;
        const auto came = s.deliver(*by, s.hook());
        CHECK(came.what == kind::failed);
        CHECK(came.retry_after == seconds(7));
        CHECK(came.note == std::to_string(status));
    }
}

TEST_CASE("a receiver that is not there is a failure") {
    scene s;
    const auto by = s.allowed();
    const std::string hook = s.hook();
    s.server.reset();
    const auto came = s.deliver(*by, hook);
    CHECK(came.what == kind::failed);
    CHECK(came.status == 0);
    CHECK(!came.note.empty());
}

TEST_CASE("an address that is not public is not connected to") {
    scene s;
    const auto by = s.make({});
    const auto came = s.deliver(*by, s.hook());
    CHECK(came.what == kind::forbidden);
    CHECK(s.there.seen.empty());
}

TEST_CASE("the address is judged at connect time, whatever name leads to it") {
    scene s;
    const auto by = s.make({});
    const auto port = s.server->address().substr(s.server->address().find(':'));
    const auto came = s.deliver(*by, "http://localhost" + port + "/");
    CHECK(came.what == kind::forbidden);
    CHECK(s.there.seen.empty());
}

TEST_CASE("the default URL is allowed implicitly, on its own port only") {
    scene s;
    courier_options options;
    options.default_url = s.hook();
    const auto by = s.make(options);
    CHECK(by->judge(s.hook("/any")).has_value());
    CHECK(!by->judge("http://127.0.0.1:1/"));
    CHECK(s.deliver(*by, s.hook()).what == kind::delivered);
}

TEST_CASE("a hook that does not parse is a failure, not a crash") {
    scene s;
    const auto by = s.allowed();
    CHECK(s.deliver(*by, "ftp://x/").what == kind::failed);
    CHECK(s.deliver(*by, "").what == kind::failed);
}

TEST_CASE("a private hook is refused at submit, naming callback.allow") {
    scene s;
    const auto by = s.make({});
    for (const char* hook :
         {"http://127.0.0.1/",
          "http://10.0.0.7:8080/x",
          "http://[::1]/",
          "http://localhost/",
          "http://localhost./",
          "http://127.0.0.1./",
          "http://some.localhost/",
          "http://[64:ff9b::808:808]/",
          "http://[2002:808:808::]/",
          "http://example.com:25/",
          "http://169.254.169.254/latest/meta-data",
          "http://[::ffff:8.8.8.8]/"}) {
        CAPTURE(hook);
        const auto judged = by->judge(hook);
        REQUIRE(!judged);
        CHECK(mentions(judged.error().detail, "callback.allow"));
    }
}

TEST_CASE("a malformed hook is refused at submit, naming the field") {
    scene s;
    const auto by = s.make({});
    for (const char* hook :
         {"",
          "hook",
          "ftp://example.com/",
          "http://user:pw@example.com/",
          "http://example.com/hook#part",
          "http://0x7f.1/",
          "http://0177.0.0.1/",
          "http://2130706433/",
          "http://127.1/",
          "http://example.com:0/",
          "http://example.com:70000/",
          "http://example.com../",
          "http://exa mple.com/",
          "http://[fe80::1%25eth0]/",
          "http:///x",
          "javascript:alert(1)"}) {
        CAPTURE(hook);
        const auto judged = by->judge(hook);
        REQUIRE(!judged);
        CHECK(mentions(judged.error().detail, "notifyHook"));
    }
}

TEST_CASE("a public hook and a name that needs a look-up are accepted at submit") {
    scene s;
    const auto by = s.make({});
    CHECK(by->judge("https://example.com/hook").has_value());
    CHECK(by->judge("http://8.8.8.8:9000/hook").has_value());
    CHECK(by->judge("http://does-not-resolve.invalid/hook").has_value());
}

TEST_CASE("a bad option is named and a secret is never quoted") {
    courier_options bad_secret;
    bad_secret.secrets = {std::string(secret), "whsec_dG9vIHNob3J0"};
    const std::string why = create_error(bad_secret);
    CHECK(mentions(why, "callback.secrets[1]"));
    CHECK(!mentions(why, "dG9vIHNob3J0"));

    courier_options bad_rule;
    bad_rule.allow = {"10.0.0.0/99"};
    CHECK(mentions(create_error(bad_rule), "callback.allow"));

    courier_options bad_url;
    bad_url.default_url = "not a url";
    CHECK(mentions(create_error(bad_url), "callback.default_url"));
}

TEST_CASE("an answer with a page of text is still a delivery") {
    scene s;
    const auto by = s.allowed();
    s.there.next.body = std::string(100 * 1024, 'x');
    CHECK(s.deliver(*by, s.hook()).what == kind::delivered);
}

TEST_CASE("a receiver that does not answer in time is a failure") {
    scene s;
    courier_options options;
    options.allow = {"127.0.0.1/32"};
    options.timeout = milliseconds(50);
    const auto by = s.make(options);
    // Listens, and never accepts: the kernel completes the connection, nobody answers.
    asio::ip::tcp::acceptor silent(
        s.context, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)
    );
    const auto port = std::to_string(silent.local_endpoint().port());
    const auto came = s.deliver(*by, "http://127.0.0.1:" + port + "/");
    CHECK(came.what == kind::failed);
    CHECK(came.status == 0);
}
