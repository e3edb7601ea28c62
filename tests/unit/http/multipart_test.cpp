#include "imagined/http/multipart.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::http;

namespace {

constexpr const char* simple_type = "multipart/form-data; boundary=B";

result<std::vector<part>> read(std::string_view body, std::size_t max_parts = 64) {
    return read_multipart(simple_type, body, max_parts);
}

bool same(const part& a, const part& b) {
    return a.name == b.name && a.filename == b.filename && a.content_type == b.content_type
           && a.body == b.body;
}

} // namespace

TEST_CASE("what is written can be read back") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
    }
    const std::vector<part> parts{
        {"prompt", "", "", "a cat"},
        {"image_file", "c\"a\r\nt;.png", "image/png", bytes + "\r\n--" + bytes + "\r\n\r\n"},
        {"naïve", "猫.jpg", "image/jpeg", ""},
        {"json", "", "application/json", "{}\r\n"},
        {"C:\\", R"(\"\\)", "", "names that end with a backslash"},
    };
    const auto written = write_multipart(parts);
    const auto again = read_multipart(written.content_type, written.body).value();
    REQUIRE(again.size() == parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        CAPTURE(i);
        CHECK(same(again[i], parts[i]));
    }
}

TEST_CASE("no part at all can be written and read") {
    const auto written = write_multipart({});
    CHECK(read_multipart(written.content_type, written.body).value().empty());
}

TEST_CASE("a part cannot forge a header by its content type") {
    const auto written = write_multipart({{"a", "", "x\r\nEvil: 1", "b"}});
    CHECK(written.body.find("Evil") == std::string::npos);
}

TEST_CASE("what other clients send is understood") {
    const auto parts =
        read_multipart(
            "Multipart/Form-Data; charset=utf-8; boundary=\"B 1\"",
            "preamble\r\n--B 1 \t\r\ncontent-disposition: form-data; name=plain\r\n\r\n1"
            "\r\n--B 1\r\nContent-Disposition: form-data; filename=\"q\\\"\\\\.png\"; "
            "name=\"x\"\r\n"
            "X-Other: y\r\nContent-Type: image/png\r\n\r\nline\n--B 1 not\r\n"
            "\r\n--B 1\r\nContent-Disposition: form-data; name=\"u\"; "
            "filename*=utf-8''na%C3%AFve\r\n"
            "\r\n\r\n--B 1--epilogue"
        )
            .value();
    REQUIRE(parts.size() == 3);
    CHECK(same(parts[0], {"plain", "", "", "1"}));
    CHECK(same(parts[1], {"x", "q\"\\.png", "image/png", "line\n--B 1 not\r\n"}));
    CHECK(same(parts[2], {"u", "naïve", "", ""}));
}

TEST_CASE("a Content-Type that is not usable is refused") {
    for (const auto* type : {
             "",
             "multipart/form-data",
             "multipart/form-data; boundary=",
             "multipart/form-data; boundary=\"B",
             "multipart/mixed; boundary=B",
             "text/plain",
             "multipart/form-data; xboundary=B",
             "multipart/form-data; boundary",
         }) {
        CAPTURE(type);
        const auto parts = read_multipart(type, "--B--\r\n");
        REQUIRE(parts.has_error());
        CHECK(parts.error().kind == failure_kind::invalid);
    }
    const std::string longer(71, 'b');
    CHECK(read_multipart("multipart/form-data; boundary=" + longer, "--" + longer + "--\r\n")
              .has_error());
}

TEST_CASE("a body is refused wherever it is cut") {
    const std::string whole =
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--B--";
    REQUIRE(read(whole).has_value());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(read(std::string_view(whole).substr(0, length)).has_error());
    }
}

TEST_CASE("damaged parts are refused") {
    for (const auto* body : {
             "--B\r\n\r\nno head\r\n--B--",
             "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
             "--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--B--",
             "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--",
             "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
             "--B\r\nnonsense\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--",
             "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nx\r\n--B--",
             "--B\nContent-Disposition: form-data; name=\"a\"\n\nx\n--B--",
             "--Bx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--",
             "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\neA==\r\n--B--",
         }) {
        CAPTURE(body);
        const auto parts = read(body);
        REQUIRE(parts.has_error());
        CHECK(parts.error().kind == failure_kind::invalid);
    }
}

TEST_CASE("a part's headers are bounded") {
    const std::string body = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nX: "
                             + std::string(9000, 'x') + "\r\n\r\ny\r\n--B--";
    CHECK(read(body).has_error());
}

TEST_CASE("more parts than allowed are refused") {
    const std::vector<part> three(3, part{"a", "", "", "b"});
    const auto written = write_multipart(three);
    CHECK(read_multipart(written.content_type, written.body, 3).has_value());
    CHECK(read_multipart(written.content_type, written.body, 2).has_error());
}
