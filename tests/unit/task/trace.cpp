#include "imagined/task/trace.hpp"

#include <doctest/doctest.h>

#include <string>

namespace task = imagined::task;

namespace {

const std::string trace_id = "0af7651916cd43dd8448eb211c80319c";
const std::string span = "b7ad6b7169203331";
const std::string valid = "00-" + trace_id + "-" + span + "-01";

} // namespace

TEST_CASE("a traceparent is read and carried on") {
    const auto read = task::parse_traceparent(valid);
    REQUIRE(read.has_value());
    CHECK(*read == task::trace{trace_id, span, "01"});
    CHECK(task::to_traceparent(*read, "00f067aa0ba902b7") == "00-" + trace_id + "-00f067aa0ba902b7-01");
}

TEST_CASE("of a later version only what version 00 has is read") {
    CHECK(task::parse_traceparent("01-" + trace_id + "-" + span + "-01")->id == trace_id);
    CHECK(task::parse_traceparent("cc-" + trace_id + "-" + span + "-01-what-ever")->flags == "01");
    CHECK_FALSE(task::parse_traceparent("cc-" + trace_id + "-" + span + "-01.what-ever"));
}

TEST_CASE("flags that nobody knows yet are not passed on") {
    CHECK(task::parse_traceparent("00-" + trace_id + "-" + span + "-00")->flags == "00");
    CHECK(task::parse_traceparent("00-" + trace_id + "-" + span + "-02")->flags == "02");
    CHECK(task::parse_traceparent("00-" + trace_id + "-" + span + "-ff")->flags == "03");
    CHECK(task::parse_traceparent("00-" + trace_id + "-" + span + "-08")->flags == "00");
}

TEST_CASE("what the recommendation does not call valid is no traceparent") {
    std::string upper = valid;
    upper[5] = 'F';
    for (const std::string& bad : {
             std::string(),
             std::string("00"),
             upper,
             valid + " ",
             " " + valid,
             valid + "-00",
             valid.substr(0, valid.size() - 1),
             "01-" + trace_id + "-" + span + "-0",
             "ff-" + trace_id + "-" + span + "-01",
             "0x-" + trace_id + "-" + span + "-01",
             "00-" + std::string(32, '0') + "-" + span + "-01",
             "00-" + trace_id + "-" + std::string(16, '0') + "-01",
             "00_" + trace_id + "-" + span + "-01",
             "00-" + trace_id + "_" + span + "-01",
             "00-" + trace_id + "-" + span + "_01",
             "00-" + trace_id + "-" + span + "-0g",
             "00-" + trace_id.substr(0, 31) + "g-" + span + "-01",
             "00-" + trace_id + "-" + span.substr(0, 15) + "g-01",
         }) {
        CAPTURE(bad);
        CHECK_FALSE(task::parse_traceparent(bad));
    }
}

TEST_CASE("a task without a trace has one that follows from its id") {
    const auto own = task::trace_of("", "1795179585251000");
    CHECK(own == task::trace_of("rubbish", "1795179585251000"));
    CHECK_FALSE(own.id == task::trace_of("", "1795179585251001").id);
    CHECK(own.parent.empty());
    CHECK(task::parse_traceparent(task::to_traceparent(own, task::new_span())));
    CHECK(task::trace_of(valid, "1795179585251000").id == trace_id);
}

TEST_CASE("spans are new each time") {
    CHECK(task::new_span().size() == 16);
    CHECK_FALSE(task::new_span() == task::new_span());
}
