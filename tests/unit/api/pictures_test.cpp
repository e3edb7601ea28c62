#include "scene.hpp"

#include "http/byte_range.hpp"
#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

const std::string id = "1760000000000001";

http::file_slice file_of(const http::response& answer) {
    const auto* slice = std::get_if<http::file_slice>(&answer.body);
    REQUIRE(slice != nullptr);
    return *slice;
}

// The bytes that the server would send.
std::string bytes_of(const http::response& answer) {
    const auto slice = file_of(answer);
    std::ifstream file(slice.path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(slice.offset));
    std::string bytes(slice.length, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(slice.length));
    return bytes;
}

} // namespace

TEST_CASE("a stored picture is served as what it is, cacheable for good") {
    scene s;
    REQUIRE(s.images->put(id, 0, png(9)).has_value());
    REQUIRE(s.images->put(id, 2, png(7)).has_value());
    const auto grid = s.get("/mj/image/" + id);
    CHECK(grid.status == 200);
    CHECK(grid.headers.get("Content-Type") == "image/png");
    CHECK(grid.headers.get("X-Content-Type-Options") == "nosniff");
    CHECK(grid.headers.get("Accept-Ranges") == "bytes");
    CHECK(mentions(grid.headers.get("Cache-Control"), "immutable"));
    CHECK(grid.headers.get("ETag").starts_with("\""));
    CHECK(bytes_of(grid) == png(9));
    CHECK(bytes_of(s.get("/mj/image/" + id + "/2")) == png(7));
    CHECK(bytes_of(s.get("/v1/mj/image/" + id + "/2/")) == png(7));
    CHECK(bytes_of(s.get("/mj/image/" + id + "?rand=7")) == png(9));
}

TEST_CASE("HEAD of a picture has the headers of its GET") {
    scene s;
    REQUIRE(s.images->put(id, 0, png()).has_value());
    const auto get = s.get("/mj/image/" + id);
    const auto head = s.send("HEAD", "/mj/image/" + id, "", {{"Range", "bytes=0-1"}});
    CHECK(head.status == 200);
    CHECK(head.headers.get("ETag") == get.headers.get("ETag"));
    CHECK(head.headers.get("Content-Type") == "image/png");
    CHECK(file_of(head).length == png().size());
}

TEST_CASE("what is no stored picture is a JSON 404 that nobody caches") {
    scene_options options;
    options.api.api_keys = {"a key"};
    scene s(options);
    REQUIRE(s.images->put(id, 1, png()).has_value());
    REQUIRE(s.images->put(id, 90, png()).has_value());
    for (const std::string& path :
         {"/mj/image/" + id,
          "/mj/image/" + id + "/2",
          "/mj/image/" + id + "/21",
          "/mj/image/" + id + "/90",
          "/mj/image/" + id + "/-1",
          "/mj/image/" + id + "/1x",
          "/mj/image/" + id + "/+1",
          std::string("/mj/image/1760000000000009"),
          std::string("/mj/image/..%2f..%2fetc"),
          std::string("/mj/image/passwd/1")}) {
        CAPTURE(path);
        const auto answer = s.get(path);
        CHECK(answer.status == 404);
        CHECK(json_of(answer)["code"] == 4);
        CHECK(answer.headers.get("Cache-Control") == "no-store");
        CHECK(answer.headers.get("Access-Control-Allow-Origin") == "*");
    }
}

TEST_CASE("a part of a picture is 206 with its place") {
    scene s;
    const std::string bytes = png(5);
    REQUIRE(s.images->put(id, 0, bytes).has_value());
    const std::string size = std::to_string(bytes.size());
    const auto part = s.get("/mj/image/" + id, {{"Range", "bytes=2-5"}});
    CHECK(part.status == 206);
    CHECK(part.headers.get("Content-Range") == "bytes 2-5/" + size);
    CHECK(bytes_of(part) == bytes.substr(2, 4));
    const auto tail = s.get("/mj/image/" + id, {{"Range", "bytes=-3"}});
    CHECK(tail.status == 206);
    CHECK(bytes_of(tail) == bytes.substr(bytes.size() - 3));
}

TEST_CASE("a part beyond the picture is 416 and says how long it is") {
    scene s;
    const std::string bytes = png(5);
    REQUIRE(s.images->put(id, 0, bytes).has_value());
    const auto answer = s.get("/mj/image/" + id, {{"Range", "bytes=99999-"}});
    CHECK(answer.status == 416);
    CHECK(answer.headers.get("Content-Range") == "bytes */" + std::to_string(bytes.size()));
    CHECK(json_of(answer)["code"] == 4);
}

TEST_CASE("a picture that is known is 304, by any form of its ETag") {
    scene s;
    REQUIRE(s.images->put(id, 0, png()).has_value());
    const std::string etag(s.get("/mj/image/" + id).headers.get("ETag"));
    for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
        CAPTURE(known);
        const auto answer = s.get("/mj/image/" + id, {{"If-None-Match", known}});
        CHECK(answer.status == 304);
        CHECK(answer.text().empty());
        CHECK(answer.headers.get("ETag") == etag);
    }
    CHECK(s.get("/mj/image/" + id, {{"If-None-Match", "\"other\""}}).status == 200);
}

TEST_CASE("another picture under the same name has another ETag") {
    scene s;
    REQUIRE(s.images->put(id, 0, png(1, 8)).has_value());
    const std::string first(s.get("/mj/image/" + id).headers.get("ETag"));
    REQUIRE(s.images->put(id, 0, png(1, 9)).has_value());
    CHECK(s.get("/mj/image/" + id).headers.get("ETag") != first);
}

TEST_CASE("If-Range with a stale ETag gives the whole picture") {
    scene s;
    REQUIRE(s.images->put(id, 0, png()).has_value());
    const std::string etag(s.get("/mj/image/" + id).headers.get("ETag"));
    const auto with = [&](const std::string& condition) {
        const header_list headers{{"Range", "bytes=0-1"}, {"If-Range", condition}};
        return s.get("/mj/image/" + id, headers).status;
    };
    CHECK(with(etag) == 206);
    CHECK(with("\"stale\"") == 200);
}

TEST_CASE("a thumbnail is a JPEG of its own") {
    scene s;
    REQUIRE(s.images->put(id, 1, png(8, 600)).has_value());
    const auto whole = s.get("/mj/image/" + id + "/1");
    const auto small = s.get("/mj/image/" + id + "/1?thumb=1");
    CHECK(small.status == 200);
    CHECK(small.headers.get("Content-Type") == "image/jpeg");
    CHECK(small.headers.get("ETag") != whole.headers.get("ETag"));
    CHECK(s.get("/mj/image/" + id + "/1?thumb=0").headers.get("Content-Type") == "image/png");
}

TEST_CASE("ranges are read as the RFC has them") {
    using api::byte_range;
    using what = byte_range::kind;

    struct row {
        const char* header;
        what kind;
        std::uint64_t offset;
        std::uint64_t length;
    };

    const row rows[] = {
        {"", what::whole, 0, 100},
        {"bytes=0-0", what::part, 0, 1},
        {"bytes=0-99", what::part, 0, 100},
        {"bytes=0-1000", what::part, 0, 100},
        {"bytes=99-99", what::part, 99, 1},
        {"bytes=10-", what::part, 10, 90},
        {"bytes=-1", what::part, 99, 1},
        {"bytes=-1000", what::part, 0, 100},
        {"bytes=100-", what::unsatisfiable, 0, 0},
        {"bytes=100-200", what::unsatisfiable, 0, 0},
        {"bytes=-0", what::unsatisfiable, 0, 0},
        {"bytes=5-2", what::whole, 0, 100},
        {"bytes=-", what::whole, 0, 100},
        {"bytes=a-b", what::whole, 0, 100},
        {"bytes=0-1,5-6", what::whole, 0, 100},
        {"bytes=0-99999999999999999999", what::whole, 0, 100},
        {"items=0-1", what::whole, 0, 100},
        {"bytes 0-1", what::whole, 0, 100},
    };
    for (const row& one : rows) {
        CAPTURE(one.header);
        const auto range = api::choose_range(one.header, 100);
        CHECK(range.what == one.kind);
        CHECK(range.offset == one.offset);
        CHECK(range.length == one.length);
    }
}

TEST_CASE("no range of nothing can be satisfied") {
    CHECK(api::choose_range("bytes=0-", 0).what == api::byte_range::kind::unsatisfiable);
    CHECK(api::choose_range("bytes=-1", 0).what == api::byte_range::kind::unsatisfiable);
}

namespace {

// Two callers that see their own tasks, and the operator.
scene_options signed_links() {
    scene_options options;
    options.signed_links = true;
    options.api.api_keys = {"operator-key"};
    for (const char* name : {"ann", "bob"}) {
        api::caller_options one;
        one.name = name;
        one.key = std::string(name) + "-key";
        options.api.callers.push_back(one);
    }
    options.api.link_key = "the data.dir's own secret";
    return options;
}

const header_list anns{{"mj-api-secret", "ann-key"}};
const header_list bobs{{"mj-api-secret", "bob-key"}};
const header_list operators{{"mj-api-secret", "operator-key"}};

std::string path_of(const json& address) {
    const std::string text = address;
    const std::string base = "http://pictures.example";
    REQUIRE(text.starts_with(base));
    return text.substr(base.size());
}

// A drawn task of ann's.
std::string drawn(scene& s) {
    const std::string task = s.imagine("a red fox", anns);
    for (int n = 0; n <= 4; ++n) {
        REQUIRE(s.images->put(task, n, png(static_cast<std::uint8_t>(n))).has_value());
    }
    const std::string own = "http://pictures.example/mj/image/" + task;
    const json view{
        {"id", task},
        {"prompt", "not " + own},
        {"state", own},
        {"status", "SUCCESS"},
        {"imageUrl", own},
        {"imageUrls", {{{"url", own + "/1"}, {"thumbnail", own + "/1?thumb=1"}}}}
    };
    s.tasks.succeed(task, view.dump());
    return task;
}

} // namespace

TEST_CASE("signed addresses show to everybody what they name, and bare ids only what one may see") {
    scene s(signed_links());
    s.pictures.learn("a secret", 0);
    const std::string task = drawn(s);
    const json told = json_of(s.get("/mj/task/" + task + "/fetch", anns));
    const std::string own = path_of(told["imageUrl"]);
    CHECK(own.starts_with("/mj/image/" + task + "-"));
    CHECK(own.size() == ("/mj/image/" + task + "-").size() + 22);
    CHECK(path_of(told["imageUrls"][0]["url"]) == own + "/1");
    CHECK(path_of(told["imageUrls"][0]["thumbnail"]) == own + "/1?thumb=1");
    // What clients wrote is theirs.
    CHECK(told["state"] == "http://pictures.example/mj/image/" + task);
    CHECK(told["prompt"] == "not http://pictures.example/mj/image/" + task);
    CHECK(s.get(own).headers.get("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(bytes_of(s.get(own + "/2")) == png(2));
    CHECK(s.get(own + "/1?thumb=1").status == 200);
    CHECK(s.send("HEAD", own).status == 200);

    const std::string bare = "/mj/image/" + task;
    for (const std::string& path : {bare, bare + "/1", bare + "/1?thumb=1"}) {
        CAPTURE(path);
        CHECK(s.get(path).status == 404);
        CHECK(s.get(path, bobs).status == 404);
        CHECK(s.get(path, {{"mj-api-secret", "wrong"}}).status == 404);
        const auto mine = s.get(path, anns);
        CHECK(mine.status == 200);
        CHECK(mine.headers.get("Cache-Control") == "private, no-store");
        CHECK(s.get(path, operators).status == 200);
    }
    const auto session = s.post("/v1/session", {{"key", "ann-key"}});
    const std::string set(session.headers.get("Set-Cookie"));
    CHECK(s.get(bare, {{"Cookie", set.substr(0, set.find(';'))}}).status == 200);
}

TEST_CASE("a token is of its own id, whole, and of the secret") {
    scene s(signed_links());
    s.pictures.learn("a secret", 0);
    const std::string first = drawn(s);
    const std::string second = drawn(s);
    const std::string name = s.pictures.name_of(first);
    const std::string token = name.substr(name.find('-') + 1);
    CHECK(s.get("/mj/image/" + name).status == 200);
    for (const std::string& made_up :
         {second + "-" + token,
          first + "-",
          first + "-" + token.substr(1),
          first + "-" + token + "A",
          first + "-" + std::string(22, 'A'),
          name + "-" + token,
          "-" + token,
          token}) {
        CAPTURE(made_up);
        CHECK(s.get("/mj/image/" + made_up, anns).status == 404);
        CHECK(s.get("/mj/image/" + made_up + "/1", operators).status == 404);
    }
    s.pictures.learn("another secret", 0);
    CHECK(s.get("/mj/image/" + name).status == 404);
}

TEST_CASE("what was handed out before addresses were signed stays open") {
    scene s(signed_links());
    s.pictures.learn("a secret", 1760000000001);
    REQUIRE(s.images->put("1760000000000999", 0, png()).has_value());
    REQUIRE(s.images->put("1760000000001000", 0, png()).has_value());
    CHECK(s.get("/mj/image/1760000000000999").status == 200);
    CHECK(s.get("/mj/image/1760000000001000").status == 404);
    CHECK(s.get("/mj/image/" + s.pictures.name_of("1760000000000999")).status == 200);
}

TEST_CASE("of a task that is forgotten only the signed address is left") {
    scene s(signed_links());
    s.pictures.learn("a secret", 0);
    const std::string task = drawn(s);
    s.tasks.erase(task);
    CHECK(s.get("/mj/image/" + task, operators).status == 404);
    CHECK(s.get("/mj/image/" + s.pictures.name_of(task)).status == 200);
}

TEST_CASE("until the secret is known nothing is told that would be wrong") {
    scene s(signed_links());
    CHECK(s.get("/mj/task/list", anns).status == 503);
    CHECK(s.get("/mj/image/" + id).status == 503);
    CHECK(s.get("/healthz").status == 200);
}

TEST_CASE("addresses of ours in requests: with a token from anybody, bare from who may see it") {
    scene s(signed_links());
    s.pictures.learn("a secret", 0);
    const std::string task = drawn(s);
    const std::string base = "http://pictures.example/mj/image/";
    const auto describe = [&](const std::string& link, const header_list& who) {
        return json_of(s.post("/mj/submit/describe", {{"link", link}}, who))["code"];
    };
    CHECK(describe(base + s.pictures.name_of(task) + "/2", bobs) == 1);
    CHECK(describe(base + task + "/2", anns) == 1);
    CHECK(describe(base + task + "/2", bobs) == 4);
    CHECK(describe(base + task + "-" + std::string(22, 'x'), anns) == 4);
    CHECK(s.web.asked.empty());
    const auto show = [&](const std::string& job, const header_list& who) {
        return json_of(s.post("/mj/submit/show", {{"jobId", job}}, who))["code"];
    };
    CHECK(show(base + s.pictures.name_of(task), anns) == 1);
    CHECK(show(base + task, anns) == 1);
    CHECK(show(base + s.pictures.name_of(task), bobs) == 4);
    CHECK(show(base + task + "-" + std::string(22, 'x'), anns) == 4);
}

TEST_CASE("uploads and the live API hand out signed addresses") {
    scene s(signed_links());
    s.pictures.learn("a secret", 0);
    const std::string data = "data:image/png;base64," + to_base64(png());
    const json told =
        json_of(s.post("/mj/submit/upload-discord-images", {{"base64Array", {data}}}, anns));
    const std::string upload = path_of(told["result"][0]);
    CHECK(s.get(upload).status == 200);
    const auto dash = upload.find('-');
    const std::string bare = upload.substr(0, dash) + upload.substr(upload.find('/', dash));
    CHECK(s.get(bare, anns).status == 404); // no task has it
    const std::string task = drawn(s);
    const json live = json_of(s.get("/v1/tasks/" + task, anns));
    CHECK(
        live["task"]["imageUrl"] == "http://pictures.example/mj/image/" + s.pictures.name_of(task)
    );
    const json result = json_of(s.get("/v1/tasks/" + task + "/result", anns));
    CHECK(result["imageUrl"] == live["task"]["imageUrl"]);
}

TEST_CASE("a moved server shows old tasks at its new address") {
    scene s;
    const std::string task = s.imagine();
    const std::string old = "https://old.example/base/mj/image/" + task;
    s.tasks.succeed(task, json{{"imageUrl", old}, {"text", old}}.dump());
    const json told = json_of(s.get("/mj/task/" + task + "/fetch"));
    CHECK(told["imageUrl"] == "http://pictures.example/mj/image/" + task);
    CHECK(told["text"] == old);
}
