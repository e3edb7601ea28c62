// What a body may be: how long, in which form, with how much in it.
#include "scene.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

constexpr std::size_t few_kilobytes = 4096;

std::string padded(std::size_t bytes) {
    std::string body = R"({"key":"a-key-of-the-operator","padding":")";
    return body + std::string(bytes - body.size() - 2, 'x') + "\"}";
}

header_list form(const std::string& name, const std::string& value) {
    return {{"Content-Length", "2"}, {name, value}, {"Accept-Language", "en"}};
}

} // namespace

TEST_CASE("whoever needs no key may send a few kilobytes, whoever has one a whole body") {
    scene_options options;
    options.api.api_keys = {"a-key-of-the-operator"};
    options.api.link_key = "the data.dir's own secret";
    scene s(options);
    const header_list key{{"mj-api-secret", "a-key-of-the-operator"}};
    CHECK(s.send("POST", "/v1/session", padded(few_kilobytes)).status == 200);
    CHECK(s.send("POST", "/v1/session", padded(few_kilobytes + 1)).status == 413);
    CHECK(s.send("POST", "/v1/session", padded(few_kilobytes + 1), key).status == 413);
    CHECK(s.send("DELETE", "/v1/session", padded(few_kilobytes + 1), key).status == 413);
    CHECK(s.send("GET", "/mj/task/list", padded(few_kilobytes + 1), key).status == 413);
    CHECK(s.send("POST", "/mj/submit/imagine", padded(few_kilobytes + 1)).status == 401);
    CHECK(s.send("POST", "/mj/task/query", padded(10 * few_kilobytes), key).status == 200);
}

TEST_CASE("a body in a form that is not read is 415 in the words of its front, before it is sent") {
    scene s;
    for (const header_list& headers :
         {form("Content-Encoding", "gzip"),
          form("Content-Encoding", "identity, br"),
          form("Content-Type", "application/json; charset=utf-16"),
          form("Content-Type", "multipart/form-data; boundary=b; charset=gbk")}) {
        CAPTURE(headers[1].second);
        const auto midjourney = s.send("POST", "/mj/submit/imagine", "{}", headers);
        CHECK(midjourney.status == 415);
        CHECK(json_of(midjourney)["code"] == 4);
        CHECK(mentions(json_of(midjourney)["description"].get<std::string>(), "Content-"));
        const auto live = s.send("POST", "/v1/tasks", "{}", headers);
        CHECK(live.status == 415);
        CHECK(mentions(json_of(live)["detail"].get<std::string>(), "Content-"));
        CHECK(json_of(live)["type"] == "urn:imagined:problem:unsupported-body");
        const auto native = s.send("POST", "/ideogram/generate", "{}", headers);
        CHECK(native.status == 415);
        CHECK(mentions(json_of(native)["error"].get<std::string>(), "Content-"));
    }
    CHECK(s.send("GET", "/mj/task/list", "", {{"Content-Encoding", "gzip"}}).status == 200);
    const auto plain = form("Content-Encoding", "identity");
    CHECK(s.send("POST", "/mj/task/query", "{}", plain).status == 200);
}

TEST_CASE("a charset that is declared is read, small or large") {
    scene s;
    const header_list gbk = form("Content-Type", "application/json; charset=\"GBK\"");
    const std::string cat = "\xd2\xbb\xd6\xbb\xc3\xa8"; // 一只猫
    for (const std::size_t padding : {0U, 200000U}) {
        CAPTURE(padding);
        const std::string body =
            R"({"prompt":")" + cat + R"(","padding":")" + std::string(padding, ' ') + "\"}";
        const auto answer = json_of(s.send("POST", "/mj/submit/imagine", body, gbk));
        REQUIRE(answer["result"].is_string());
        CHECK(s.submission(answer["result"]).prompt == "一只猫");
    }
    CHECK(
        s.send(
             "POST",
             "/mj/submit/imagine",
             R"({"prompt":")"
             "\xff\xff\"}",
             gbk
        )
            .status
        == 400
    );
}

TEST_CASE("depth and number of values are refused with code 4 and 400 on every front") {
    scene s;
    json wide = json::array();
    for (int i = 0; i < 100000; ++i) {
        wide.push_back(1);
    }
    const std::string deep = std::string(65, '[') + std::string(65, ']');
    for (const std::string& body : {R"({"a":)" + wide.dump() + "}", R"({"a":)" + deep + "}"}) {
        for (const char* path :
             {"/mj/submit/imagine",
              "/mj/submit/edits",
              "/mj/task/list-by-ids",
              "/mj/task/query",
              "/ideogram/submit/generate"}) {
            CAPTURE(path);
            const auto answer = s.send("POST", path, body);
            CHECK(answer.status == 400);
            CHECK(json_of(answer)["code"] == 4);
        }
        CHECK(s.send("POST", "/v1/tasks", body).status == 400);
    }
    const std::string part = "--b\r\nContent-Disposition: form-data; name=\"image_request\"\r\n\r\n"
                             + wide.dump() + "\r\n--b--\r\n";
    const header_list form{{"Content-Type", "multipart/form-data; boundary=b"}};
    CHECK(s.send("POST", "/ideogram/submit/generate", part, form).status == 400);
}

TEST_CASE("a prompt longer than anybody reads is refused by name") {
    scene s;
    for (const char* path :
         {"/mj/submit/imagine", "/mj/submit/shorten", "/ideogram/submit/generate"}) {
        CAPTURE(path);
        const json answer = json_of(s.post(path, {{"prompt", std::string(40000, 'x')}}, english));
        CHECK(answer["code"] == 4);
        CHECK(mentions(answer["description"].get<std::string>(), "prompt"));
    }
}

TEST_CASE("twenty thousand ids are read and the rest is left out") {
    scene s;
    const std::string first = s.imagine();
    const std::string last = s.imagine();
    json ids{first, first}; // each counts once
    for (int i = 0; i < 19999; ++i) {
        ids.push_back(std::to_string(1990000000000000 + i));
    }
    ids.push_back(last);
    for (const char* path : {"/mj/task/list-by-condition", "/mj/task/list-by-ids"}) {
        CAPTURE(path);
        const json found = json_of(s.post(path, {{"ids", ids}}));
        REQUIRE(found.size() == 1);
        CHECK(found[0]["id"] == first);
    }
}

TEST_CASE("an Idempotency-Key of a large body tells it from others, as of a small one") {
    scene s;
    const header_list key{{"Idempotency-Key", "once"}};
    json body{{"prompt", "a cat"}, {"padding", std::string(200000, 'x')}};
    const json first = json_of(s.post("/mj/submit/imagine", body, key));
    CHECK(json_of(s.post("/mj/submit/imagine", body, key))["result"] == first["result"]);
    body["padding"] = std::string(200001, 'x');
    CHECK(s.post("/mj/submit/imagine", body, key).status == 422);
    const header_list live{{"Idempotency-Key", "live"}};
    CHECK(s.post("/v1/tasks", body, live).status == 201);
    CHECK(s.post("/v1/tasks", body, live).status == 200);
    body["padding"] = "";
    CHECK(s.post("/v1/tasks", body, live).status == 422);
}
