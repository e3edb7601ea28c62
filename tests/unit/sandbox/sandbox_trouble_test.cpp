// The sandbox's switches for what a paid answer and its pictures can look like on their way, and
// what our side makes of each.
#include "documents.hpp"
#include "running_sandbox.hpp"

#include "imagined/backend/picture_fetcher.hpp"
#include "imagined/base/clock.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace imagined::sandbox {

namespace {

using backend::link_expiry;
using backend::verdict;

using nlohmann::json;
using test::running_sandbox;
using clock = std::chrono::steady_clock;

struct drawn_picture {
    std::string url;
    std::string type;
    std::string bytes;
};

// One picture of a generate, downloaded as anybody would.
drawn_picture draw_troubled(running_sandbox& upstream, imagined::backend::backend& through) {
    const auto came = upstream.call(through, test::a_request());
    REQUIRE(came.what == verdict::answered);
    drawn_picture made;
    made.url = came.answer->pictures.at(0).url;
    const auto got = upstream.ask("GET", made.url.substr(made.url.find("/api/")));
    REQUIRE(got.status == 200);
    made.type = got.headers.get("Content-Type");
    made.bytes = got.text();
    return made;
}

// error() of what did not fail would be a failure of its own.
failure_kind failed_as(const result<std::string>& fetched) {
    REQUIRE_FALSE(fetched.has_value());
    return fetched.error().kind;
}

std::string path_of(const std::string& url) {
    return url.substr(url.find("/api/"), url.find('?') - url.find("/api/"));
}

} // namespace

TEST_CASE("ordered pictures are JPEG or WebP of the stated size, under a suffix that says so") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto png = draw_troubled(upstream, *through);
    CHECK(png.type == "image/png");
    CHECK(path_of(png.url).ends_with(".png"));
    for (const std::string format : {"jpeg", "webp"}) {
        CAPTURE(format);
        upstream.order({{"pictures", format}});
        const auto made = draw_troubled(upstream, *through);
        CHECK(made.type == "image/" + format);
        CHECK(path_of(made.url).ends_with("." + format));
        CHECK(size_of_picture(made.bytes) == size_of_picture(png.bytes));
        CHECK(made.bytes.size() < png.bytes.size() * 4);
    }
}

TEST_CASE("a suffix can lie, and the bytes are believed") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    upstream.order({{"pictures", "jpeg"}, {"suffix", ".png"}});
    const auto made = draw_troubled(upstream, *through);
    CHECK(path_of(made.url).ends_with(".png"));
    CHECK(made.bytes.starts_with("\xff\xd8\xff"));
    CHECK(upstream.fetch(*through, made.url).value() == made.bytes);
}

TEST_CASE("a Content-Type can lie, and the bytes are believed") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto honest = draw_troubled(upstream, *through);
    for (const std::string lie : {"text/html", "image/webp", "application/octet-stream"}) {
        upstream.order({{"operation", "picture"}, {"headers", {{"Content-Type", lie}}}});
        CHECK(upstream.fetch(*through, honest.url).value() == honest.bytes);
    }
    CHECK(json::parse(upstream.ask("GET", "/__script").text())["left"] == 0);
}

TEST_CASE("an entry for pictures waits for a picture, every other for a call") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const std::string url = draw_troubled(upstream, *through).url;
    upstream.order({{{"status", 422}}, {{"operation", "picture"}, {"status", 503}}});
    CHECK(failed_as(upstream.fetch(*through, url)) == failure_kind::unavailable);
    CHECK(upstream.fetch(*through, url).has_value());
    CHECK(upstream.call(*through, test::a_request()).what == verdict::refused);
    upstream.order({{"operation", "picture"}, {"status", 503}});
    CHECK(upstream.call(*through, test::a_request()).what == verdict::answered);
}

TEST_CASE("a picture that is cut, missing or an HTML page is told apart") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const std::string url = draw_troubled(upstream, *through).url;
    const auto ordered = [&](json entry) {
        entry["operation"] = "picture";
        upstream.order(entry);
        return failed_as(upstream.fetch(*through, url));
    };
    CHECK(ordered({{"truncate", true}}) == failure_kind::unavailable);
    CHECK(ordered({{"drop", "after_read"}}) == failure_kind::unavailable);
    CHECK(ordered({{"html", 502}}) == failure_kind::unavailable);
    CHECK(ordered({{"status", 404}}) == failure_kind::corrupt);
}

TEST_CASE("an answer that drips is an answer, as long as it ends in time") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    upstream.order({{"drip", 1000}});
    const auto began = clock::now();
    const auto came = upstream.call(*through, test::a_request());
    CHECK(came.what == verdict::answered);
    CHECK(came.answer.value().pictures.size() == 1);
    // Some 500 bytes in pieces of 100, a tenth of a second apart.
    CHECK(clock::now() - began > std::chrono::milliseconds(200));
    upstream.order({{"drip", 1000}});
    const auto raw = upstream.ask(
        "POST",
        "/v1/ideogram-v3/generate",
        [] {
            http::fields headers;
            headers.set("Api-Key", "any");
            headers.set("Content-Type", "application/json");
            return headers;
        }(),
        R"({"prompt":"a fox"})"
    );
    CHECK(raw.status == 200);
}

TEST_CASE("an answer that drips beyond the call's deadline is unknowable") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    upstream.order({{"drip", 10}});
    const auto came = upstream.call(*through, test::a_request(), {}, milliseconds(400));
    CHECK(came.what == verdict::unknowable);
    CHECK(upstream.ledger()["billed_calls"] == 1);
}

TEST_CASE("a picture that drips too slowly is asked for again, and then comes whole") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto honest = draw_troubled(upstream, *through);
    upstream.order({{"operation", "picture"}, {"drip", 100}});
    const auto slow = upstream.fetch(*through, honest.url, 1 << 24, milliseconds(400));
    CHECK(failed_as(slow) == failure_kind::unavailable); // which is retried while the link lives
    CHECK(upstream.fetch(*through, honest.url, 1 << 24, milliseconds(400)).value() == honest.bytes);
}

TEST_CASE("a link lives as long as was ordered, and says so") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    upstream.order({{"link_life", 0}});
    const auto came = upstream.call(*through, test::a_request());
    const std::string dead = came.answer.value().pictures.at(0).url;
    CHECK(*link_expiry(dead) <= system_clock().now() / 1000);
    CHECK(failed_as(upstream.fetch(*through, dead)) == failure_kind::corrupt);
    upstream.order({{"link_life", 3600}});
    const auto again = upstream.call(*through, test::a_request());
    CHECK(upstream.fetch(*through, again.answer.value().pictures.at(0).url).has_value());
}

TEST_CASE("every documented spelling of created can be ordered and is survived") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto ordered = [&](std::string spelling) {
        upstream.order({{"created", spelling}});
        const auto came = upstream.call(*through, test::a_request());
        REQUIRE(came.what == verdict::answered);
        return json::parse(came.answer->raw);
    };
    const auto text = [&](std::string spelling) {
        return ordered(std::move(spelling))["created"].get<std::string>();
    };
    CHECK(text("space").size() == 25);
    CHECK(text("space")[10] == ' ');
    CHECK(text("offset").size() == 25);
    CHECK(text("offset")[10] == 'T');
    CHECK(text("micros").size() == 32);
    CHECK(text("z").size() == 20);
    CHECK(text("z_millis").size() == 24);
    CHECK(text("text").find_first_not_of("0123456789") == std::string::npos);
    CHECK(ordered("epoch")["created"].get<std::int64_t>() < 100'000'000'000);
    CHECK(ordered("millis")["created"].get<std::int64_t>() > 100'000'000'000);
    CHECK(ordered("float")["created"].is_number_float());
    CHECK(ordered("null")["created"].is_null());
    CHECK_FALSE(ordered("missing").contains("created"));
}

TEST_CASE("a script that orders an impossible picture is refused by the member's name") {
    running_sandbox upstream;
    for (const json& entry :
         {json{{"pictures", "gif"}},
          json{{"suffix", "png"}},
          json{{"suffix", "./x"}},
          json{{"drip", 0}},
          json{{"link_life", -1}},
          json{{"created", "yesterday"}}}) {
        const auto got = upstream.ask("POST", "/__script", {}, entry.dump());
        CHECK(got.status == 400);
        CHECK(got.text().find(entry.begin().key()) != std::string_view::npos);
    }
}

} // namespace imagined::sandbox
