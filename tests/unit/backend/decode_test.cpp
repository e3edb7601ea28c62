#include "tests/support/a_request.hpp"

#include "verdicts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using task::fail_code;

outcome decoded(
    int status,
    std::string body,
    http::fields headers = {},
    task::operation what = task::operation::generate
) {
    http::response response;
    response.status = status;
    response.headers = std::move(headers);
    response.body = std::move(body);
    return find_dialect("camel")->decode(test::a_request(what), response);
}

http::fields with(std::string_view name, std::string_view value) {
    http::fields headers;
    headers.set(name, value);
    return headers;
}

} // namespace

TEST_CASE("every way of writing created is survived") {
    for (const std::string created :
         {R"("created":"2000-01-23T04:56:07.000Z",)",
          R"("created":"2000-01-23T04:56:07Z",)",
          R"("created":"2024-12-15T17:32:00.965408+00:00",)",
          R"("created":"2000-01-23 04:56:07+00:00",)",
          R"("created":"2000-01-23T04:56:07+00:00",)",
          R"("created":1709123456,)",
          R"("created":1709123456000,)",
          R"("created":1709123456.5,)",
          R"("created":"1709123456",)",
          R"("created":null,)",
          ""}) {
        CAPTURE(created);
        const auto got = decoded(200, "{" + created + R"("data":[{"url":"https://x/1"}]})");
        REQUIRE(got.what == verdict::answered);
        CHECK(got.answer->pictures.at(0).url == "https://x/1");
    }
}

TEST_CASE("an entry of a real answer is read in full") {
    const auto got = decoded(
        200,
        R"({"created":"2024-12-15T17:32:00.965408+00:00","data":[{"is_image_safe":true,
            "prompt":"A beach","resolution":"768x1232","seed":1785282233,"style_type":null,
            "url":"https://ideogram.ai/api/images/ephemeral/Wk.png?exp=1734370337&sig=11"}]})"
    );
    const auto& picture = got.answer->pictures.at(0);
    CHECK(picture.safe);
    CHECK(picture.seed == 1785282233);
    CHECK(picture.prompt == "A beach");
    CHECK(picture.resolution == "768x1232");
}

TEST_CASE("a seed out of its range is none, in an answer and in what was recorded of one") {
    for (const char* seed :
         {"-1",
          "2147483648",
          "9223372036854775807",
          "18446744073709551615",
          "4294967296.0",
          "\"2147483648\"",
          "\"-7\"",
          "null"}) {
        CAPTURE(seed);
        const std::string entry = std::string(R"({"url":"https://x/1","safe":true,"seed":)") + seed;
        const auto got = decoded(200, R"({"data":[)" + entry + "}]}");
        CHECK_FALSE(got.answer->pictures.at(0).seed);
        const auto kept = answer_from_text(R"({"descriptions":[],"pictures":[)" + entry + "}]}");
        CHECK_FALSE(kept.value().pictures.at(0).seed);
    }
    const auto largest = decoded(200, R"({"data":[{"url":"https://x/1","seed":2147483647}]})");
    CHECK(largest.answer->pictures.at(0).seed == 2147483647);
}

TEST_CASE("a withheld picture stays in its place, whether its url is null, absent or empty") {
    const auto got = decoded(
        200,
        R"({"data":[{"is_image_safe":false,"url":null},{"is_image_safe":false},
            {"is_image_safe":false,"url":""},{"is_image_safe":true,"url":"https://x/4"}]})"
    );
    REQUIRE(got.what == verdict::answered);
    const auto& pictures = got.answer->pictures;
    REQUIRE(pictures.size() == 4);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(pictures[static_cast<std::size_t>(i)].safe);
        CHECK(pictures[static_cast<std::size_t>(i)].url.empty());
    }
    CHECK(pictures[3].safe);
}

TEST_CASE("without is_image_safe a link is the sign of a safe picture") {
    const auto got = decoded(200, R"({"created":1,"data":[{"url":"https://x/1"},{"url":null}]})");
    CHECK(got.answer->pictures.at(0).safe);
    CHECK_FALSE(got.answer->pictures.at(1).safe);
}

TEST_CASE("an answer is read whatever Content-Type it comes under") {
    const std::string body = R"({"created":1,"data":[{"url":"https://x/1"}]})";
    for (const char* type : {"", "text/html", "text/plain; charset=gbk", "image/png", ";"}) {
        CAPTURE(type);
        const auto got = decoded(200, body, with("Content-Type", type));
        REQUIRE(got.what == verdict::answered);
        CHECK(got.answer->pictures.at(0).url == "https://x/1");
    }
    const auto page = decoded(200, "<html>ok</html>", with("Content-Type", "application/json"));
    CHECK(page.what == verdict::unknowable);
}

TEST_CASE("fewer pictures than asked, or more, are an answer with what came") {
    CHECK(decoded(200, R"({"data":[{"url":"https://x/1"}]})").answer->pictures.size() == 1);
    std::string nine;
    for (int i = 0; i < 9; ++i) {
        nine += (i == 0 ? "" : ",") + std::string(R"({"url":"https://x/1"})");
    }
    CHECK(decoded(200, R"({"data":[)" + nine + "]}").answer->pictures.size() == 9);
}

TEST_CASE("an empty data array is an answer without pictures") {
    const auto got = decoded(200, R"({"created":1,"data":[]})");
    CHECK(got.what == verdict::answered);
    CHECK(got.answer->pictures.empty());
}

TEST_CASE("a describe answer is its texts") {
    const auto got = decoded(
        200,
        R"({"descriptions":[{"text":"a cat"},{"text":"another"},{}]})",
        {},
        task::operation::describe
    );
    CHECK(got.answer->descriptions == std::vector<std::string>{"a cat", "another"});
}

TEST_CASE("a success that cannot be understood is unknowable") {
    for (const std::string body :
         {R"({"data":[{"url":"https://x/1")",
          "",
          "<html>ok</html>",
          "[]",
          R"({"data":null})",
          R"({"id":1})"}) {
        CAPTURE(body);
        const auto got = decoded(200, body);
        CHECK(got.what == verdict::unknowable);
        CHECK(got.code == fail_code::ambiguous_upstream_outcome);
        CHECK_FALSE(got.reason.zh.empty());
    }
}

TEST_CASE("a status tells what became of the call and what it means for the key") {
    struct row {
        int status;
        std::string body;
        verdict what;
        key_effect key;
        fail_code code;
    };

    const std::string safety =
        R"({"error":"Prompt provided failed safety check due to the inclusion of prohibited content."})";
    const std::vector<row> rows{
        {401, "", verdict::not_started, key_effect::disable, fail_code::backend_refused},
        {402, "", verdict::not_started, key_effect::disable, fail_code::backend_refused},
        {403, "", verdict::not_started, key_effect::disable, fail_code::backend_refused},
        {404, "", verdict::not_started, key_effect::absent, fail_code::backend_refused},
        {405, "", verdict::not_started, key_effect::absent, fail_code::backend_refused},
        {410, "", verdict::not_started, key_effect::absent, fail_code::backend_refused},
        {429, "", verdict::not_started, key_effect::cool, fail_code::backend_refused},
        {503, "", verdict::not_started, key_effect::cool, fail_code::backend_refused},
        {503, safety, verdict::refused, key_effect::none, fail_code::content_rejected},
        {503,
         R"({"error":{"code":"insufficient_user_quota","message":"x"}})",
         verdict::refused,
         key_effect::none,
         fail_code::backend_refused},
        {503,
         R"({"error":"Too many requests"})",
         verdict::not_started,
         key_effect::cool,
         fail_code::backend_refused},
        {403, safety, verdict::refused, key_effect::none, fail_code::content_rejected},
        {400,
         R"({"error":"用户余额不足"})",
         verdict::refused,
         key_effect::none,
         fail_code::backend_refused},
        {301, "", verdict::not_started, key_effect::absent, fail_code::backend_refused},
        {308, "", verdict::not_started, key_effect::absent, fail_code::backend_refused},
        {400,
         R"({"detail":"bad aspect"})",
         verdict::refused,
         key_effect::none,
         fail_code::invalid_request},
        {400, safety, verdict::refused, key_effect::none, fail_code::content_rejected},
        {413, "", verdict::refused, key_effect::none, fail_code::invalid_request},
        {415, "", verdict::refused, key_effect::none, fail_code::invalid_request},
        {422, safety, verdict::refused, key_effect::none, fail_code::content_rejected},
        {409, "", verdict::refused, key_effect::none, fail_code::backend_refused},
        {500, safety, verdict::refused, key_effect::none, fail_code::content_rejected},
        {500,
         R"({"code":"1","message":"提示词包含敏感内容","data":null})",
         verdict::refused,
         key_effect::none,
         fail_code::content_rejected},
        {500,
         R"({"error":{"message":"Insufficient balance","type":"x"}})",
         verdict::refused,
         key_effect::none,
         fail_code::backend_refused},
        {500,
         R"({"message":"用户额度不足"})",
         verdict::refused,
         key_effect::none,
         fail_code::backend_refused},
        {500,
         R"({"error":"Internal Server Error"})",
         verdict::unknowable,
         key_effect::none,
         fail_code::ambiguous_upstream_outcome},
        {502,
         "<html>safety first, quota second</html>",
         verdict::unknowable,
         key_effect::none,
         fail_code::ambiguous_upstream_outcome},
        {504, "", verdict::unknowable, key_effect::none, fail_code::ambiguous_upstream_outcome},
        {524,
         "<!doctype html>",
         verdict::unknowable,
         key_effect::none,
         fail_code::ambiguous_upstream_outcome}
    };
    for (const auto& r : rows) {
        CAPTURE(r.status);
        CAPTURE(r.body);
        const auto got = decoded(r.status, r.body);
        CHECK(got.what == r.what);
        CHECK(got.key == r.key);
        CHECK(got.code == r.code);
        CHECK_FALSE(got.answer);
        CHECK_FALSE(got.reason.en.empty());
    }
}

TEST_CASE("Retry-After is understood in seconds and as a date, and is capped at an hour") {
    using std::chrono::seconds;
    CHECK(decoded(429, "", with("Retry-After", "7")).retry_after == seconds(7));
    CHECK(decoded(503, "", with("Retry-After", "7")).retry_after == seconds(7));
    CHECK(decoded(429, "", with("Retry-After", "999999")).retry_after == seconds(3600));
    CHECK_FALSE(decoded(429, "").retry_after);
    CHECK_FALSE(decoded(429, "", with("Retry-After", "soon")).retry_after);
    CHECK_FALSE(decoded(429, "", with("Retry-After", "-1")).retry_after);
    auto dated = with("Date", "Fri, 20 Nov 2026 11:30:00 GMT");
    dated.set("Retry-After", "Fri, 20 Nov 2026 11:31:05 GMT");
    CHECK(decoded(429, "", dated).retry_after == seconds(65));
    dated.set("Retry-After", "Fri, 20 Nov 2026 11:00:00 GMT");
    CHECK(decoded(429, "", dated).retry_after == seconds(0));
}

TEST_CASE("429 for too many pictures in progress is told apart, with the limit if it is named") {
    const auto full = [](const std::string& rest) {
        return decoded(429, R"({"error":"busy","reject_reason":"inflight_limit")" + rest + "}");
    };
    for (const std::string rest :
         {"", R"(,"max_inflight_requests":0)", R"(,"max_inflight_requests":"6")"}) {
        CAPTURE(rest);
        CHECK(full(rest).what == verdict::not_started);
        CHECK(full(rest).key == key_effect::full);
        CHECK(full(rest).allowed_pictures == 0);
        CHECK_FALSE(full(rest).backend_failed);
    }
    CHECK(full(R"(,"max_inflight_requests":6)").allowed_pictures == 6);
    CHECK(
        decoded(429, R"({"error":"busy","reject_reason":"daily_limit"})").key == key_effect::cool
    );
    CHECK(decoded(402, R"({"reject_reason":"inflight_limit"})").key == key_effect::disable);
}

TEST_CASE("an error's words are found in the order in which upstreams hide them") {
    struct row {
        std::string body;
        std::string words;
    };

    const std::vector<row> rows{
        {R"({"error":"a","message":"b"})", "a"},
        {R"({"error":{"message":"a","type":"t"},"message":"b"})", "a"},
        {R"({"code":"1","message":"a","data":null})", "a"},
        {R"({"detail":"a","title":"b"})", "a"},
        {R"({"detail":["a","b"]})", "a"},
        {R"({"detail":[{"loc":["x"],"msg":"a"}]})", "a"},
        {R"({"description":"a","title":"b"})", "a"},
        {R"({"title":"a"})", "a"},
        {R"({"messages":["a"]})", "a"},
        {"just\r\n text ", "just text"},
        {"<html>a</html>", ""},
        {"", ""},
        {R"({"error":{"code":5}})", ""},
        {R"({"error":{"code":"a"},"code":"b"})", "a"},
        {R"({"code":"a","data":null})", "a"},
        {R"({"error":"a\u0000\u001b[31mb"})", "a [31mb"}
    };
    for (const auto& r : rows) {
        CAPTURE(r.body);
        CHECK(upstream_words(r.body) == r.words);
    }
}

TEST_CASE("long words are cut between characters") {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "狐";
    }
    const auto words = upstream_words(text);
    CHECK(words.size() == 198);
    CHECK(upstream_words("\xff\xfe").empty());
}

TEST_CASE("a refusal carries the upstream's words in both languages") {
    const auto got = decoded(422, R"({"error":"Image provided failed safety check"})");
    CHECK(got.reason.en.find("Image provided failed safety check") != std::string::npos);
    CHECK(got.reason.zh.find("Image provided failed safety check") != std::string::npos);
    CHECK(got.detail == "HTTP 422 Image provided failed safety check");
}

TEST_CASE("a backend's refusal names the status as well") {
    const auto got = decoded(500, R"({"error":{"message":"Insufficient balance"}})");
    CHECK(got.reason.en.find("HTTP 500 Insufficient balance") != std::string::npos);
}

TEST_CASE("a redirect says where it leads, without what may be secret") {
    const auto got = decoded(301, "", with("Location", "https://relay.example/v1/x?key=sk-1#a"));
    CHECK(got.detail == "HTTP 301 to https://relay.example/v1/x");
}

TEST_CASE("an answer survives its trip through the queue's record") {
    answer given;
    given.pictures = {
        {.url = "https://x/1", .safe = true, .seed = 7, .prompt = "狐", .resolution = "1x2"},
        {.url = "", .safe = false, .seed = {}, .prompt = "", .resolution = ""}
    };
    given.descriptions = {"a", "b"};
    given.raw = R"({"data":[]})";
    const auto back = answer_from_text(to_text(given)).value();
    CHECK(back.pictures.size() == 2);
    CHECK(back.pictures[0].url == "https://x/1");
    CHECK(back.pictures[0].seed == 7);
    CHECK(back.pictures[0].prompt == "狐");
    CHECK(back.pictures[0].resolution == "1x2");
    CHECK_FALSE(back.pictures[1].safe);
    CHECK_FALSE(back.pictures[1].seed);
    CHECK(back.descriptions == given.descriptions);
    CHECK(back.raw == given.raw);
    CHECK(answer_from_text("{").error().kind == failure_kind::corrupt);
    CHECK(answer_from_text(R"({"pictures":[1],"descriptions":[]})").has_error());
}

} // namespace imagined::backend
