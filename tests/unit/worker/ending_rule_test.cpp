#include "ending_rule.hpp"

#include <doctest/doctest.h>

using imagined::task::fail_code;
using imagined::worker::harvest;
using imagined::worker::judge;

namespace {

harvest of_four(int delivered) {
    harvest brought;
    brought.wanted = 4;
    brought.delivered = delivered;
    return brought;
}

} // namespace

TEST_CASE("all pictures delivered is a plain success") {
    const auto verdict = judge(of_four(4));
    CHECK_FALSE(verdict.code);
    CHECK(verdict.note.empty());
}

TEST_CASE("fewer pictures are delivered with the reason") {
    auto brought = of_four(2);
    brought.unsafe = 1;
    brought.lost = 1;
    const auto verdict = judge(brought);
    CHECK_FALSE(verdict.code);
    CHECK(verdict.note.find("2 of 4 pictures") == 0);
    CHECK(verdict.note.find("1 withheld as unsafe") != std::string::npos);
    CHECK(verdict.note.find("outcome of the call for 1 is unknown") != std::string::npos);
}

TEST_CASE("without a picture a refusal is the reason, in both languages") {
    auto brought = of_four(0);
    brought.lost = 1;
    brought.refused = {fail_code::content_rejected, {"提示词被拒绝", "prompt refused"}};
    const auto verdict = judge(brought);
    CHECK(verdict.code == fail_code::content_rejected);
    CHECK(verdict.reason.zh == "提示词被拒绝");
}

TEST_CASE("an unknowable outcome without a picture is ambiguous, whatever else happened") {
    auto brought = of_four(0);
    brought.lost = 4;
    brought.too_late = true;
    CHECK(judge(brought).code == fail_code::ambiguous_upstream_outcome);
}

TEST_CASE("only unsafe pictures are a content rejection") {
    auto brought = of_four(0);
    brought.unsafe = 4;
    CHECK(judge(brought).code == fail_code::content_rejected);
}

TEST_CASE("a task whose time was up before any call is a time-out") {
    auto brought = of_four(0);
    brought.too_late = true;
    CHECK(judge(brought).code == fail_code::timeout);
}

TEST_CASE("a paid answer without a usable picture says so") {
    auto brought = of_four(0);
    brought.unreadable = 4;
    CHECK(judge(brought).code == fail_code::no_picture);
}

TEST_CASE("damaged pictures are named, the others are delivered") {
    auto brought = of_four(3);
    brought.damaged = {2};
    CHECK_FALSE(judge(brought).code);
    CHECK(judge(brought).note == "3 of 4 pictures: picture 2 is damaged");
    brought = of_four(2);
    brought.damaged = {1, 4};
    CHECK(judge(brought).note == "2 of 4 pictures: pictures 1, 4 are damaged");
    brought = of_four(0);
    brought.damaged = {1, 2, 3, 4};
    CHECK(judge(brought).code == fail_code::no_picture);
}

TEST_CASE("what the disk refused to the end is the reason, unless something was stored") {
    auto brought = of_four(0);
    brought.unstored = 4;
    brought.lost = 1;
    CHECK(judge(brought).code == fail_code::storage_failed);
    brought = of_four(1);
    brought.unstored = 3;
    CHECK_FALSE(judge(brought).code);
    CHECK(judge(brought).note == "1 of 4 pictures: 3 could not be stored");
}
