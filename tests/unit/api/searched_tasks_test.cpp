// What the trueai web UI's task page searches for.
#include "mj/searched_tasks.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::api;

namespace {

constexpr unix_millis day = 86'400'000;

task_search read_search(std::string_view body, bool well = true) {
    auto parsed = submit::json_body::parse(body);
    REQUIRE(std::holds_alternative<submit::json_body>(parsed));
    auto& fields = std::get<submit::json_body>(parsed);
    const auto wanted = read_task_search(fields);
    CHECK(fields.error().has_value() == !well);
    return wanted;
}

} // namespace

TEST_CASE("a day begins at midnight, and is one of the calendar") {
    CHECK(day_start("1970-01-02") == day);
    CHECK(day_start("2024-02-29") == 1'709'164'800'000);
    CHECK(day_start("2024-02-29T10:00:00") == 1'709'164'800'000);
    for (const char* none :
         {"",
          "yesterday",
          "2023-02-29",
          "2024-13-01",
          "2024-00-01",
          "2024/02/01",
          "24-02-01",
          "2024-2-1",
          "-024-02-01x"}) {
        CAPTURE(none);
        CHECK_FALSE(day_start(none));
    }
}

TEST_CASE("a search of nothing asks for the first page of all") {
    for (const char* body : {"{}", R"({"search":{},"pagination":{}})", R"({"search":null})"}) {
        const auto wanted = read_search(body);
        CHECK(wanted.page == 1);
        CHECK(wanted.size == 10);
        CHECK(meets(wanted, task::record{}, task::submission{}));
    }
    CHECK(read_search(R"({"pagination":{"current":0,"pageSize":100000}})").size == 100);
    read_search(R"({"search":{"submitTimeEnd":"soon"}})", false);
}

TEST_CASE("each condition narrows by itself") {
    task::record record;
    record.id = "1760000000000010";
    record.state = task::state::failure;
    record.fail_reason = "任务超时";
    record.submitted = 3 * day;
    task::submission made;
    made.what = task::action::blend;
    made.prompt = "a red fox";
    made.mode = task::speed_mode::relax;
    const auto met = [&](const std::string& search) {
        return meets(read_search("{\"search\":{" + search + "}}"), record, made);
    };
    CHECK(met(R"("id":1760000000000010,"action":"BLEND","status":"FAILURE","mode":"RELAX")"));
    CHECK(met(R"("failReason":"超时","description":"red")"));
    CHECK(met(R"("submitTimeStart":"1970-01-04","submitTimeEnd":"1970-01-04")"));
    for (const char* other :
         {R"("id":"1760000000000011")",
          R"("action":"IMAGINE")",
          R"("status":"SUCCESS")",
          R"("mode":"FAST")",
          R"("failReason":"x")",
          R"("description":"blue")",
          R"("submitTimeStart":"1970-01-05")",
          R"("submitTimeEnd":"1970-01-03")"}) {
        CAPTURE(other);
        CHECK_FALSE(met(other));
    }
}
