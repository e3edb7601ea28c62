// A task that ended in its own submit, as the client that races it sees it.
#include "views/fresh_end.hpp"

#include "imagined/task/submission.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace imagined;
using namespace imagined::api;
using nlohmann::json;

namespace {

constexpr unix_millis submitted_at = 1'760'000'000'000;

queue::snapshot picked_up(const std::string& hook = "") {
    queue::snapshot found;
    found.record.id = "1760000000000010";
    found.record.state = task::state::success;
    found.record.submitted = submitted_at;
    found.record.started = submitted_at;
    found.record.finished = submitted_at;
    task::submission made;
    made.what = task::action::upscale;
    made.prompt = "a fox";
    made.notify_hook = hook;
    found.submission = task::to_text(made);
    found.view = R"({"status":"SUCCESS"})";
    return found;
}

} // namespace

TEST_CASE("an end in the submit is nearly done for its first 2.2 seconds") {
    for (const unix_millis age : {-30, 0, 1, 2199}) {
        CAPTURE(age);
        const auto shown = view_before_end(picked_up(), submitted_at + age);
        REQUIRE(shown);
        const json view = json::parse(*shown);
        CHECK(view["status"] == "IN_PROGRESS");
        CHECK(view["progress"] == "99%");
        CHECK(view["imageUrl"].is_null());
        CHECK(view["imageUrls"].is_null());
        CHECK(view["finishTime"].is_null());
        CHECK(view["buttons"].empty());
        CHECK_FALSE(view["properties"].contains("pictures"));
    }
    CHECK_FALSE(view_before_end(picked_up(), submitted_at + 2200));
}

TEST_CASE("a clock that is off hides no end for longer") {
    CHECK_FALSE(view_before_end(picked_up(), submitted_at - 20 * 60 * 1000));
    CHECK_FALSE(view_before_end(picked_up(), submitted_at + 20 * 60 * 1000));
}

TEST_CASE("a task with a hook, and one that was worked for, tell their end at once") {
    CHECK_FALSE(view_before_end(picked_up("http://127.0.0.1:9/"), submitted_at));
    auto drawn = picked_up();
    drawn.record.attempt = 1;
    CHECK_FALSE(view_before_end(drawn, submitted_at));
    auto called = picked_up();
    called.record.calls.emplace_back();
    CHECK_FALSE(view_before_end(called, submitted_at));
    auto failed = picked_up();
    failed.record.state = task::state::failure;
    CHECK_FALSE(view_before_end(failed, submitted_at));
}
