#include "printing.hpp"
#include "resp.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace imagined;
using namespace imagined::redis;

namespace {

reply parse(std::string_view bytes) {
    reply_reader reader;
    reader.feed(bytes);
    auto parsed = reader.next();
    REQUIRE(parsed);
    REQUIRE(parsed->has_value());
    return std::move(**parsed);
}

} // namespace

TEST_CASE("a command is encoded with the length of each part in bytes") {
    std::string out = "before";
    append_command(out, arguments{"SET", "k\r\n", ""});
    CHECK(out == "before*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$0\r\n\r\n");
}

TEST_CASE("every type of reply is understood") {
    CHECK(*parse("+OK\r\n").text() == "OK");
    CHECK(*parse(std::string("$3\r\na\0b\r\n", 9)).text() == std::string("a\0b", 3));
    CHECK(parse(":-7\r\n").integer() == -7);
    CHECK(parse("$2\r\n42\r\n").integer() == 42);
    CHECK(!parse("$3\r\n42x\r\n").integer());
    CHECK(parse("$-1\r\n").is_nil());
    CHECK(parse("*-1\r\n").is_nil());
    CHECK(parse("-ERR no\r\n").failed()->text == "ERR no");
    CHECK(parse("*0\r\n").items()->empty());
}

TEST_CASE("an error inside an array keeps its text") {
    const auto answer = parse("*2\r\n:1\r\n*1\r\n-ERR inner\r\n");
    const auto& inner = *(*answer.items())[1].items();
    CHECK(inner[0].failed()->text == "ERR inner");
}

TEST_CASE("lists hold what they held, in its order and at its depth") {
    const auto answer = parse("*4\r\n$1\r\na\r\n*2\r\n:1\r\n*1\r\n$-1\r\n*0\r\n+b\r\n");
    const array& outer = *answer.items();
    REQUIRE(outer.size() == 4);
    CHECK(*outer[0].text() == "a");
    const array& inner = *outer[1].items();
    REQUIRE(inner.size() == 2);
    CHECK(inner[0].integer() == 1);
    CHECK(inner[1].items()->front().is_nil());
    CHECK(outer[2].items()->empty());
    CHECK(*outer[3].text() == "b");
}

TEST_CASE("a list that breaks off in the middle is corrupt, or waits for the rest") {
    reply_reader reader;
    reader.feed("*2\r\n*1\r\n$3\r\nabc\r\n");
    CHECK(!reader.next().value());
    reader.feed("?what is this\r\n");
    const auto parsed = reader.next();
    REQUIRE(!parsed);
    CHECK(parsed.error().kind == failure_kind::corrupt);
    reply_reader unfinished; // what it holds goes with it
    unfinished.feed("*2\r\n$3\r\nabc\r\n");
    CHECK(!unfinished.next().value());
}

TEST_CASE("replies are found in bytes that arrive one at a time") {
    reply_reader reader;
    const std::string bytes = "$5\r\nhello\r\n*2\r\n:1\r\n:2\r\n";
    int found = 0;
    for (const char byte : bytes) {
        reader.feed({&byte, 1});
        while (reader.next().value()) {
            ++found;
        }
    }
    CHECK(found == 2);
}

TEST_CASE("bytes that are not RESP are corrupt") {
    reply_reader reader;
    reader.feed("HTTP/1.1 400 Bad Request\r\n");
    const auto parsed = reader.next();
    REQUIRE(!parsed);
    CHECK(parsed.error().kind == failure_kind::corrupt);
}

TEST_CASE("each error code means its kind of failure") {
    const std::pair<const char*, failure_kind> table[] = {
        {"LOADING Redis is loading the dataset in memory", failure_kind::unavailable},
        {"READONLY You can't write against a read only replica.", failure_kind::unavailable},
        {"OOM command not allowed when used memory > 'maxmemory'.", failure_kind::unavailable},
        {"MASTERDOWN Link with MASTER is down", failure_kind::unavailable},
        {"NOREPLICAS Not enough good replicas to write.", failure_kind::unavailable},
        {"MISCONF Errors writing to the AOF file", failure_kind::unavailable},
        {"BUSY Redis is busy running a script.", failure_kind::unavailable},
        {"TRYAGAIN Multiple keys request during rehashing of slot", failure_kind::unavailable},
        {"CLUSTERDOWN The cluster is down", failure_kind::unavailable},
        {"NOAUTH Authentication required.", failure_kind::rejected},
        {"WRONGPASS invalid username-password pair", failure_kind::rejected},
        {"NOPERM this user has no permissions", failure_kind::rejected},
        {"ERR syntax error", failure_kind::invalid},
        {"WRONGTYPE Operation against a key", failure_kind::invalid},
        {"BUSYGROUP Consumer Group name already exists", failure_kind::invalid},
        {"MOVED 1 127.0.0.1:7000", failure_kind::unavailable},
        {"ASK 1 127.0.0.1:7000", failure_kind::unavailable},
        {"", failure_kind::invalid},
    };
    for (const auto& [text, kind] : table) {
        CAPTURE(text);
        const auto mapped = error_reply(text);
        CHECK(mapped.kind == kind);
        CHECK(mapped.detail == "redis: " + std::string(text));
    }
}

TEST_CASE("the error of a command inside a script counts, however the server wraps it") {
    CHECK(
        error_reply("ERR Error running script (call to f_1): @user_script:1: -OOM command not").kind
        == failure_kind::unavailable
    );
    CHECK(
        error_reply("ERR Error running script (call to f_1): @user_script:1: oops").kind
        == failure_kind::invalid
    );
}

TEST_CASE("a long error text is cut") {
    CHECK(error_reply("ERR " + std::string(5000, 'x')).detail.size() < 300);
}
