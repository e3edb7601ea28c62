#include "log_outlet.hpp"
#include "log_pace.hpp"

#include "imagined/base/log.hpp"

#include <doctest/doctest.h>

#include <string>

using imagined::log::field_text;
using imagined::log::level;
using imagined::log::line_of;
using imagined::log::log_pace;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("what could end a line, hide it or turn it about is escaped; what is plain is not") {
    CHECK(field_text("a", "plain 猫 é 😀") == " a=\"plain 猫 é 😀\"");
    CHECK(field_text("a", "x\ny\r\t\x01\x7f\"\\") == R"( a="x\ny\r\t\u0001\u007f\"\\")");
    // Line and paragraph separators, next line, overrides and isolates of direction, marks, byte
    // order mark, invisible operators, soft hyphen, tags.
    CHECK(field_text("a", "\u2028\u2029\u0085") == R"( a="\u2028\u2029\u0085")");
    CHECK(field_text("a", "\u202a\u202e\u2066\u2069") == R"( a="\u202a\u202e\u2066\u2069")");
    CHECK(field_text("a", "\u200b\u200f\u061c\ufeff") == R"( a="\u200b\u200f\u061c\ufeff")");
    CHECK(field_text("a", "\u2060\u00ad\U000E0041") == R"( a="\u2060\u00ad\udb40\udc41")");
    CHECK(line_of(level::info, "a\u202eb", "").ends_with(R"( a\u202eb)"));
}

TEST_CASE("bytes that are no UTF-8 do not make a line that is none") {
    CHECK(field_text("a", "\xff\xc0\xafz") == R"( a="\ufffd\ufffd\ufffdz")");
    CHECK(field_text("a", "\xe7\x8c") == R"( a="\ufffd\ufffd")");
    CHECK(field_text("a", "\xed\xa0\x80") == R"( a="\ufffd\ufffd\ufffd")");
}

TEST_CASE("of lines with one message one a second is written, with a count of the others") {
    log_pace pace;
    const log_pace::time_point start{};
    CHECK(pace.ask("a", start).written);
    CHECK(pace.ask("b", start).written);
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(pace.ask("a", start + milliseconds(999)).written);
    }
    const auto next = pace.ask("a", start + seconds(1));
    CHECK(next.written);
    CHECK(next.suppressed == 5);
    CHECK(pace.ask("a", start + seconds(2)).suppressed == 0);
}

TEST_CASE("what was suppressed is told even if no other line follows") {
    log_pace pace;
    const log_pace::time_point start{};
    pace.ask("a", start);
    CHECK_FALSE(pace.owes());
    pace.ask("a", start);
    pace.ask("a", start);
    CHECK(pace.owes());
    CHECK(pace.due(start + milliseconds(500)).empty());
    const auto due = pace.due(start + seconds(1));
    REQUIRE(due.size() == 1);
    CHECK(due[0].kind == "a");
    CHECK(due[0].suppressed == 2);
    CHECK_FALSE(pace.owes());
    CHECK(pace.due(start + seconds(9)).empty());
    CHECK_FALSE(pace.ask("a", start + milliseconds(1500)).written); // the count was a line of it
}

TEST_CASE("many kinds at once share one pace beyond a limit, and are forgotten when it is over") {
    log_pace pace;
    const log_pace::time_point start{};
    for (std::size_t i = 0; i < log_pace::max_kinds; ++i) {
        CHECK(pace.ask(std::to_string(i), start).written);
    }
    CHECK(pace.ask("one more", start).written);
    CHECK_FALSE(pace.ask("and another", start).written);
    CHECK(pace.ask("later", start + seconds(1)).written);
}
