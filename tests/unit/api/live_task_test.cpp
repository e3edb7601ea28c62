// The live API's document, its tag and its estimate, as values.
#include "live/outlook.hpp"
#include "scene.hpp"
#include "views/live_task.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using namespace imagined::api;
using nlohmann::json;

namespace {

constexpr unix_millis noon = 1760000000000;

task::record a_record(task::state now) {
    task::record record;
    record.id = "1760000000000001";
    record.state = now;
    record.sequence = 3;
    record.submitted = noon;
    return record;
}

queue::snapshot a_task(task::state now) {
    task::submission submitted;
    submitted.prompt = "a red fox";
    submitted.lang = task::language::en;
    return {a_record(now), task::to_text(submitted), ""};
}

json document(const queue::snapshot& task, const std::optional<live_place>& place = {}) {
    const store::picture_addresses pictures(store::picture_addresses::kind::open);
    const auto text = live_task(task, place, {pictures, "http://here"}, noon + 5000);
    REQUIRE(text.has_value());
    const json read = json::parse(*text, nullptr, false);
    REQUIRE_MESSAGE(read.is_object(), *text);
    return read;
}

} // namespace

TEST_CASE("each state of a task has one word") {
    using task::state;
    auto failed = a_record(state::failure);
    CHECK(live_status(a_record(state::queued)) == "waiting");
    CHECK(live_status(a_record(state::modal)) == "needs_input");
    CHECK(live_status(a_record(state::leased)) == "running");
    CHECK(live_status(a_record(state::calling)) == "running");
    CHECK(live_status(a_record(state::storing)) == "running");
    CHECK(live_status(a_record(state::success)) == "succeeded");
    CHECK(live_status(failed) == "failed");
    failed.fail_code = task::fail_code::cancelled;
    CHECK(live_status(failed) == "cancelled");
    auto again = a_record(state::queued);
    again.started = noon + 1;
    CHECK(live_status(again) == "running");
}

TEST_CASE("the document of a waiting task shows its place, and the Midjourney task whole") {
    const json shown = document(a_task(task::state::queued), live_place{3, 25000});
    CHECK(shown["id"] == "1760000000000001");
    CHECK(shown["revision"] == 3);
    CHECK(shown["status"] == "waiting");
    CHECK(shown["progress"].is_null());
    CHECK(shown["queue"] == json{{"ahead", 3}, {"expectedWaitMs", 25000}});
    CHECK(shown["error"].is_null());
    CHECK(shown["urls"]["self"] == "http://here/v1/tasks/1760000000000001");
    CHECK(shown["urls"]["events"] == "http://here/v1/tasks/1760000000000001/events");
    CHECK(shown["urls"]["cancel"] == "http://here/v1/tasks/1760000000000001/cancel");
    CHECK(shown["urls"]["result"] == "http://here/v1/tasks/1760000000000001/result");
    CHECK(shown["task"]["prompt"] == "a red fox");
    CHECK(shown["task"]["status"] == "NOT_START");
}

TEST_CASE("only a waiting task has a place in the queue") {
    CHECK(document(a_task(task::state::calling), live_place{3, 1})["queue"].is_null());
}

TEST_CASE("a failure tells its code, its reason and whether to try again") {
    auto failed = a_task(task::state::failure);
    failed.record.fail_code = task::fail_code::content_rejected;
    const json refused = document(failed)["error"];
    CHECK(refused["code"] == "CONTENT_REJECTED");
    CHECK(mentions(refused["reason"].get<std::string>(), "safety"));
    CHECK(refused["retryable"] == false);
    failed.record.fail_code = task::fail_code::timeout;
    failed.record.fail_reason = "nobody \"came\"";
    const json late = document(failed)["error"];
    CHECK(late["reason"] == "nobody \"came\"");
    CHECK(late["retryable"] == true);
}

TEST_CASE("the document says what a task waits for") {
    auto waiting = a_task(task::state::queued);
    CHECK(document(waiting)["waiting_for"].is_null());
    CHECK(document(waiting)["waiting_for_detail"].is_null());
    CHECK_FALSE(document(waiting)["task"]["properties"].contains("waitingFor"));
    waiting.waits = task::wait_reason{"keys_refused", "camel-1 refused its key: 401"};
    const json told = document(waiting);
    CHECK(told["waiting_for"] == "keys_refused");
    CHECK(told["waiting_for_detail"] == "camel-1 refused its key: 401");
    CHECK(told["task"]["properties"]["waitingFor"] == "keys_refused");
    CHECK(told["task"]["properties"]["waitingForDetail"] == "camel-1 refused its key: 401");
}

TEST_CASE("a tag changes with whatever the document shows, and tells the revision") {
    auto waiting = a_task(task::state::queued);
    const auto tag = live_tag(waiting, live_place{3, 25000}, noon);
    CHECK(tag == live_tag(waiting, live_place{3, 25999}, noon));
    CHECK(tag != live_tag(waiting, live_place{2, 25000}, noon));
    CHECK(tag != live_tag(waiting, live_place{3, 26000}, noon));
    auto calling = a_task(task::state::calling);
    calling.record.called = noon;
    calling.record.expected = 10000;
    CHECK(live_tag(calling, {}, noon + 1000) != live_tag(calling, {}, noon + 5000));
    waiting.waits = task::wait_reason{"cooling", "5 s"};
    const auto cooling = live_tag(waiting, live_place{3, 25000}, noon);
    CHECK(tag != cooling);
    waiting.waits->detail = "4 s";
    CHECK(cooling == live_tag(waiting, live_place{3, 25000}, noon));
    waiting.waits.reset();
    waiting.record.sequence = 4;
    CHECK(tag != live_tag(waiting, live_place{3, 25000}, noon));
    CHECK(revision_in(tag) == 3U);
    CHECK(revision_in("\"other\", " + tag) == 3U);
    CHECK_FALSE(revision_in(""));
    CHECK_FALSE(revision_in("*"));
    CHECK_FALSE(revision_in("W/\"12\""));
    CHECK_FALSE(revision_in("W/\"99999999999999999999-x\""));
}

TEST_CASE("steps tell what happened, and no name of a backend, a key or a worker") {
    using enum task::event_kind;
    CHECK(live_step(submitted) == "submitted");
    CHECK(live_step(modal_answered) == "answered");
    CHECK(live_step(claimed) == "claimed");
    CHECK(live_step(called) == "called");
    CHECK(live_step(answered_late) == "drawn");
    CHECK(live_step(unconfirmed) == "not_started");
    CHECK(live_step(lease_expired) == "requeued");
    CHECK(live_step(picked) == "stored");
    CHECK(live_step(callback_failed) == "callback");
    CHECK(live_step(callback_given_up) == "callback_given_up");
    CHECK(live_step(failed) == "noted");
    CHECK(live_step(other) == "noted");
}

TEST_CASE("what the version before wrote is told by the same step") {
    const std::vector<task::happening> all{
        {task::event_kind::submitted},
        {task::event_kind::resubmitted, {"1760000000000001"}},
        {task::event_kind::modal_answered},
        {task::event_kind::modal_expired},
        {task::event_kind::claimed, {"host-1:77"}},
        {task::event_kind::called, {"camel-1:ab12", "1", "4"}},
        {task::event_kind::answered, {"camel-1:ab12"}},
        {task::event_kind::answered_late, {"0"}},
        {task::event_kind::refused, {"camel-1:ab12", "HTTP 400"}},
        {task::event_kind::not_started, {"camel-1:ab12", "HTTP 429"}},
        {task::event_kind::unconfirmed},
        {task::event_kind::lost, {"camel-1:ab12", "no answer"}},
        {task::event_kind::released, {"the worker stops"}},
        {task::event_kind::lease_expired, {"host-1:77"}},
        {task::event_kind::stored, {"4"}},
        {task::event_kind::described, {"4"}},
        {task::event_kind::picked, {"2", "1760000000000001"}},
        {task::event_kind::shortened},
        {task::event_kind::failed, {"TIMEOUT"}},
        {task::event_kind::overdue},
        {task::event_kind::ambiguous},
        {task::event_kind::cancelled},
        {task::event_kind::callback_delivered, {"SUCCESS", "200"}},
        {task::event_kind::callback_gone, {"SUCCESS", "410"}},
        {task::event_kind::callback_failed, {"SUCCESS", "2", "503"}},
        {task::event_kind::callback_given_up, {"SUCCESS"}},
    };
    for (const task::happening& one : all) {
        const std::string sentence = task::sentence_of(one);
        CAPTURE(sentence);
        const auto old = task::happening_from_text(sentence);
        CHECK(task::sentence_of(old) == sentence);
        CHECK(live_step(old.kind) == live_step(one.kind));
    }
}

TEST_CASE("the expected wait grows with what is ahead and shrinks with places") {
    const capacity idle{4, 4, 10000};
    CHECK(expected_wait_ms(0, idle) == 0);
    CHECK(expected_wait_ms(3, idle) == 0);
    CHECK(expected_wait_ms(4, idle) == 2500);
    const capacity busy{4, 0, 10000};
    CHECK(expected_wait_ms(0, busy) == 2500);
    CHECK(expected_wait_ms(7, busy) == 20000);
    CHECK(expected_wait_ms(7, {8, 0, 10000}) == 10000);
    CHECK(expected_wait_ms(1, {0, 0, 10000}) == 20000);
}
