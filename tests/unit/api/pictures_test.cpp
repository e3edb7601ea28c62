#include "scene.hpp"

#include "byte_range.hpp"

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
    scene s;
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
