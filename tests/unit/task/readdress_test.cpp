#include "imagined/task/readdress.hpp"

#include <doctest/doctest.h>

#include <string>

using imagined::task::readdressed;

namespace {

const std::string moved_id = "1760000000000001";
const std::string old = "http://10.0.0.1:8080/mj/image/" + moved_id;
const std::string base = "https://new.example/mj/image/" + moved_id + "-token";

std::string shown(const std::string& view) {
    return readdressed(view, moved_id, base);
}

} // namespace

TEST_CASE("every address of the task's pictures is put at its place of today") {
    CHECK(
        shown(
            R"({"imageUrl":")" + old + R"(","imageUrls":[{"url":")" + old + R"(/1","thumbnail":")"
            + old + R"(/1?thumb=1"}],"properties":{"pictures":[{"url":")" + old + R"(/12"}]}})"
        )
        == R"({"imageUrl":")" + base + R"(","imageUrls":[{"url":")" + base + R"(/1","thumbnail":")"
               + base + R"(/1?thumb=1"}],"properties":{"pictures":[{"url":")" + base + R"(/12"}]}})"
    );
}

TEST_CASE("all else stays as it is, whatever clients wrote") {
    for (const std::string& view :
         {std::string(),
          std::string(R"({"imageUrl":null})"),
          R"({"prompt":")" + old + R"("})",
          R"({"state":"{\"imageUrl\":\")" + old + R"(\"}"})",
          R"({"prompt":"\"url\":\")" + old + R"("})",
          R"({"imageUrl":")" + old + R"(7"})",
          std::string(R"({"imageUrl":"http://h/mj/image/1760000000000002"})"),
          old}) {
        CAPTURE(view);
        CHECK(shown(view) == view);
    }
}

TEST_CASE("a prompt that names the picture beside its address") {
    CHECK(
        shown(R"({"prompt":")" + old + R"(","imageUrl":")" + old + R"("})")
        == R"({"prompt":")" + old + R"(","imageUrl":")" + base + R"("})"
    );
}
