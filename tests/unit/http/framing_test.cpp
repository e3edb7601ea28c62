#include "chunked_decoder.hpp"
#include "framing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace imagined::http;
using framing::flaw;

namespace {

struct row {
    const char* what;
    std::string head;
    std::optional<flaw> expected;
};

const std::string start = "POST /x HTTP/1.1\r\nHost: a\r\n";

const std::vector<row> rows{
    {"a plain request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", {}},
    {"one length", start + "Content-Length: 5\r\n\r\n", {}},
    {"one chunked", start + "Transfer-Encoding: Chunked\r\n\r\n", {}},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", {}},
    {"a value with a tab and high bytes", start + "X: a\tb\xc3\xa9\r\n\r\n", {}},
    {"a bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", flaw::bare_line_feed},
    {"a bare LF inside a value",
     start + "X: a\nTransfer-Encoding: chunked\r\n\r\n",
     flaw::bare_line_feed},
    {"a bare CR inside a value", start + "X: a\rb\r\n\r\n", flaw::bad_field},
    {"a NUL inside a value", start + std::string("X: a\0b\r\n\r\n", 10), flaw::bad_field},
    {"a folded line", start + "X: a\r\n b\r\n\r\n", flaw::folded_line},
    {"a line folded by a tab", start + "X: a\r\n\tb\r\n\r\n", flaw::folded_line},
    {"a fold before any field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", flaw::folded_line},
    {"a space before the colon", start + "Content-Length : 5\r\n\r\n", flaw::bad_field},
    {"a line without colon", start + "nonsense\r\n\r\n", flaw::bad_field},
    {"an empty name", start + ": x\r\n\r\n", flaw::bad_field},
    {"a doubled space in the request line",
     "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
     flaw::bad_request_line},
    {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", flaw::bad_request_line},
    {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", flaw::bad_request_line},
    {"a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", flaw::bad_request_line},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\n", flaw::bad_request_line},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", flaw::bad_request_line},
    {"HTTP/0.9", "GET /\r\n\r\n", flaw::bad_request_line},
    {"a repeated length",
     start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
     flaw::repeated_length},
    {"an identical repeated length",
     start + "Content-Length: 5\r\ncontent-length: 5\r\n\r\n",
     flaw::repeated_length},
    {"a list of lengths", start + "Content-Length: 5, 5\r\n\r\n", flaw::bad_length},
    {"a signed length", start + "Content-Length: +5\r\n\r\n", flaw::bad_length},
    {"a negative length", start + "Content-Length: -5\r\n\r\n", flaw::bad_length},
    {"a hexadecimal length", start + "Content-Length: 0x5\r\n\r\n", flaw::bad_length},
    {"an empty length", start + "Content-Length:\r\n\r\n", flaw::bad_length},
    {"an endless length", start + "Content-Length: 99999999999999999999\r\n\r\n", flaw::bad_length},
    {"a length, then a coding",
     start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     flaw::length_and_coding},
    {"a coding, then a length",
     start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
     flaw::length_and_coding},
    {"another coding", start + "Transfer-Encoding: gzip\r\n\r\n", flaw::foreign_coding},
    {"two codings", start + "Transfer-Encoding: gzip, chunked\r\n\r\n", flaw::foreign_coding},
    {"chunked twice in a list",
     start + "Transfer-Encoding: chunked, chunked\r\n\r\n",
     flaw::foreign_coding},
    {"identity", start + "Transfer-Encoding: identity\r\n\r\n", flaw::foreign_coding},
    {"chunked in quotes", start + "Transfer-Encoding: \"chunked\"\r\n\r\n", flaw::foreign_coding},
    {"chunked with a vertical tab",
     start
         + "Transfer-Encoding: \x0b"
           "chunked\r\n\r\n",
     flaw::bad_field},
    {"an empty coding", start + "Transfer-Encoding:\r\n\r\n", flaw::foreign_coding},
    {"a repeated coding",
     start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     flaw::repeated_coding},
    {"chunked in HTTP/1.0",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
     flaw::chunked_in_http_1_0},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", flaw::no_host},
    {"two Hosts", start + "Host: b\r\n\r\n", flaw::several_hosts},
    {"two identical Hosts", start + "host: a\r\n\r\n", flaw::several_hosts},
    {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", flaw::bad_host},
    {"a Host with user information", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", flaw::bad_host},
    {"two names in one Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", flaw::bad_host},
};

struct decoded {
    chunked_decoder::state state;
    std::string body;
    std::size_t taken;
    std::optional<flaw> broken;
};

decoded decode(std::string_view bytes, std::size_t step, chunked_decoder::limits limits) {
    chunked_decoder decoder(limits);
    decoded out{chunked_decoder::state::more, {}, 0, {}};
    while (out.taken < bytes.size() && decoder.progress() == chunked_decoder::state::more) {
        out.taken += decoder.feed(bytes.substr(out.taken, step), out.body);
    }
    out.state = decoder.progress();
    if (out.state == chunked_decoder::state::broken) {
        out.broken = decoder.flaw();
    }
    return out;
}

constexpr chunked_decoder::limits roomy{1000, 1000};

decoded decode(std::string_view bytes) {
    return decode(bytes, bytes.size(), roomy);
}

} // namespace

TEST_CASE("each flaw of a request head is named, and nothing sound is") {
    for (const auto& r : rows) {
        CAPTURE(r.what);
        CHECK(framing::first_flaw(r.head) == r.expected);
    }
}

TEST_CASE("each flaw has its own sentence") {
    std::vector<std::string_view> seen;
    for (int i = 0; i <= static_cast<int>(flaw::framing_in_trailer); ++i) {
        const auto text = framing::describe(static_cast<flaw>(i));
        CHECK(std::find(seen.begin(), seen.end(), text) == seen.end());
        seen.push_back(text);
    }
}

TEST_CASE("the end of a head is found wherever the bytes are cut") {
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string bytes = head + "GET /next";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const auto before = framing::find_head_end(std::string_view(bytes).substr(0, cut), 0);
        CHECK(before.length.has_value() == (cut >= head.size()));
        const auto after = framing::find_head_end(bytes, std::min(cut, head.size() - 1));
        CHECK(after.length == head.size());
    }
}

TEST_CASE("a bare LF is noticed before the head ends") {
    CHECK(framing::find_head_end("GET / HTTP/1.1\nHo", 0).broken == flaw::bare_line_feed);
    CHECK(framing::find_head_end("\nGET", 0).broken == flaw::bare_line_feed);
}

TEST_CASE("header fields are counted without the request line") {
    CHECK(framing::field_count("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(framing::field_count("GET / HTTP/1.0\r\nA: 1\r\nB: 2\r\n\r\n") == 2);
}

TEST_CASE("framing fields in trailers are refused, others are not") {
    CHECK(framing::trailer_flaw("X-Checksum: 1") == std::nullopt);
    CHECK(framing::trailer_flaw("Content-Length: 1") == flaw::framing_in_trailer);
    CHECK(framing::trailer_flaw("transfer-encoding: chunked") == flaw::framing_in_trailer);
    CHECK(framing::trailer_flaw("HOST: a") == flaw::framing_in_trailer);
    CHECK(framing::trailer_flaw(" folded") == flaw::folded_line);
    CHECK(framing::trailer_flaw("nonsense") == flaw::bad_field);
}

TEST_CASE("a chunked body decodes alike however its bytes are cut") {
    const std::string bytes =
        "4\r\nWiki\r\n5;name=\"v\"\r\npedia\r\n0a\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET /";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        const auto out = decode(bytes, step, roomy);
        CHECK(out.state == chunked_decoder::state::done);
        CHECK(out.body == "Wikipedia0123456789");
        CHECK(bytes.substr(out.taken) == "GET /");
    }
}

TEST_CASE("a damaged chunked body is refused") {
    const std::vector<std::pair<std::string, flaw>> damaged{
        {"\r\n", flaw::bad_chunk},
        {"x\r\n", flaw::bad_chunk},
        {"-1\r\n", flaw::bad_chunk},
        {"0x1\r\n", flaw::bad_chunk},
        {" 1\r\na\r\n", flaw::bad_chunk},
        {"1 \r\na\r\n", flaw::bad_chunk},
        {"1\na\r\n", flaw::bare_line_feed},
        {"1\rxa\r\n", flaw::bad_chunk},
        {"1;a\nb\r\na\r\n", flaw::bare_line_feed},
        {"1;a\x01\r\na\r\n", flaw::bad_chunk},
        {"1\r\nab\r\n", flaw::bad_chunk},
        {"1\r\na\n0\r\n\r\n", flaw::bad_chunk},
        {"1\r\na\rx", flaw::bad_chunk},
        {"1000000000000000\r\n", flaw::bad_chunk},
        {"1;" + std::string(300, 'x') + "\r\na\r\n", flaw::bad_chunk},
        {"0\r\nX: y\n\r\n", flaw::bare_line_feed},
        {"0\r\n\n", flaw::bare_line_feed},
        {"0\r\nContent-Length: 5\r\n\r\n", flaw::framing_in_trailer},
        {"0\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", flaw::framing_in_trailer},
        {"0\r\nHost: b\r\n\r\n", flaw::framing_in_trailer},
        {"0\r\nX: y\r\n z\r\n\r\n", flaw::folded_line},
        {"0\r\nX: " + std::string(1000, 'y') + "\r\n\r\n", flaw::bad_chunk},
    };
    for (const auto& [bytes, expected] : damaged) {
        CAPTURE(bytes);
        CHECK(decode(bytes).broken == expected);
        CHECK(decode(bytes, 1, roomy).broken == expected);
    }
}

TEST_CASE("a chunked body over its limit is stopped before its data is read") {
    const auto out = decode("3\r\nabc\r\n8\r\n", 100, {10, 100});
    CHECK(out.state == chunked_decoder::state::too_long);
    CHECK(out.body == "abc");
    CHECK(decode("fffffffffffffff\r\n").state == chunked_decoder::state::too_long);
    CHECK(
        decode("a\r\n0123456789\r\n0\r\n\r\n", 100, {10, 100}).state == chunked_decoder::state::done
    );
}
