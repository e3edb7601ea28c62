#include "operator_text.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/task/submission.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace imagined;

namespace {

constexpr unix_millis submitted_at = 1700000000123;

queue::snapshot a_failed_task() {
    task::submission submission;
    submission.prompt = "a red fox";
    queue::snapshot shown;
    shown.submission = task::to_text(submission);
    shown.record.id = "1700000000123001";
    shown.record.caller = "bot";
    shown.record.lane = "generate/V_3";
    shown.record.state = task::state::failure;
    shown.record.attempt = 2;
    shown.record.submitted = submitted_at;
    shown.record.finished = submitted_at + 1000;
    shown.record.fail_code = task::fail_code::timeout;
    shown.record.fail_reason = "too late";
    task::call lost;
    lost.now = task::call::state::lost;
    lost.backend = "camel-1";
    lost.slot = "camel-1:abc";
    lost.started = submitted_at + 5;
    lost.deadline = submitted_at + 10;
    shown.record.calls.push_back(std::move(lost));
    shown.view = R"({"id":"1700000000123001","status":"FAILURE"})";
    return shown;
}

const std::vector<task::event> two_events{
    {.sequence = 1, .at = submitted_at, .what = {task::event_kind::submitted}},
    {.sequence = 2, .at = submitted_at + 1000, .what = {task::event_kind::claimed, {"host-1:77"}}}
};

queue::statistics some_statistics() {
    queue::statistics counted;
    counted.waiting = 3;
    counted.running = 2;
    counted.workers = 1;
    counted.now = submitted_at + 12500;
    counted.oldest_waiting = submitted_at;
    counted.spent_micros_today = 240000;
    counted.lanes = {{"generate/V_3", 3}};
    return counted;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a task's JSON holds the API's view, its calls and its history") {
    const auto json = app::task_json(a_failed_task(), two_events, submitted_at);
    CHECK(json["id"] == "1700000000123001");
    CHECK(json["state"] == "failure");
    CHECK(json["task"]["status"] == "FAILURE");
    CHECK(json["started"].is_null());
    CHECK(json["calls"][0]["state"] == "lost");
    CHECK(json["calls"][0]["slot"] == "camel-1:abc");
    CHECK(json["history"][1]["text"] == "claimed by host-1:77");
}

TEST_CASE("a call shows where the pictures are that it paid for") {
    auto shown = a_failed_task();
    backend::answer paid;
    paid.pictures.resize(2);
    paid.pictures[0].url = "https://pictures.example/1?exp=9";
    paid.pictures[1].safe = false;
    shown.record.calls[0].now = task::call::state::answered;
    shown.record.calls[0].answer = backend::to_text(paid);
    const auto json = app::task_json(shown, two_events, submitted_at);
    CHECK(json["calls"][0]["pictures"].dump() == R"(["https://pictures.example/1?exp=9"])");
    CHECK(contains(app::task_text(shown, two_events), "https://pictures.example/1?exp=9"));
}

TEST_CASE("the view of a task that runs is composed") {
    auto running = a_failed_task();
    running.view.clear();
    running.record.state = task::state::queued;
    running.record.fail_code.reset();
    const auto json = app::task_json(running, {}, submitted_at);
    CHECK(json["task"]["status"] == "NOT_START");
    CHECK(json["task"]["prompt"] == "a red fox");
}

TEST_CASE("a task's text tells times in UTC, the failure and every event") {
    const auto text = app::task_text(a_failed_task(), two_events);
    CHECK(contains(text, "2023-11-14T22:13:20.123Z"));
    CHECK(contains(text, "started    -"));
    CHECK(contains(text, "TIMEOUT: too late"));
    CHECK(contains(text, "a red fox"));
    CHECK(contains(text, "claimed by host-1:77"));
}

TEST_CASE("the queue is counted in milliseconds and dollars") {
    const auto json = app::queue_json(some_statistics(), backend::roster({}));
    CHECK(json["waiting"] == 3);
    CHECK(json["oldestWaitingMs"] == 12500);
    CHECK(json["spentTodayUsd"] == 0.24);
    CHECK(json["lanes"]["generate/V_3"] == 3);
    const auto text = app::queue_text(some_statistics(), backend::roster({}));
    CHECK(contains(text, "the oldest for 12.5 s"));
    CHECK(contains(text, "$0.2400 today"));
}

TEST_CASE("an empty queue has no oldest task") {
    CHECK(app::queue_json({}, backend::roster({}))["oldestWaitingMs"].is_null());
    CHECK_FALSE(contains(app::queue_text({}, backend::roster({})), "oldest"));
}

TEST_CASE("a task of a list is one line, whatever was submitted") {
    auto shown = a_failed_task();
    task::submission submission;
    submission.prompt = "two\nlines and \x1b[31m" + std::string(80, 'x');
    shown.submission = task::to_text(submission);
    const auto line = app::brief_text(shown, submitted_at + 2000);
    CHECK(line.starts_with("1700000000123001  2023-11-14T22:13:20.123Z  FAILURE      100%  bot "));
    CHECK(contains(line, R"("two\nlines and \u001b[31mx)"));
    CHECK(contains(line, "xx…\""));
    CHECK(line.ends_with("  TIMEOUT"));
    CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("a task of a list has its outward status in JSON, and all of its prompt") {
    const auto value = app::brief_json(a_failed_task(), submitted_at + 2000);
    CHECK(value["id"] == "1700000000123001");
    CHECK(value["status"] == "FAILURE");
    CHECK(value["progress"] == "100%");
    CHECK(value["caller"] == "bot");
    CHECK(value["prompt"] == "a red fox");
    CHECK(value["submitted"] == submitted_at);
    CHECK(value["started"].is_null());
    CHECK(value["failCode"] == "TIMEOUT");
}
