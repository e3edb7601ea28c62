#include "imagined/task/view.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace task = imagined::task;
using nlohmann::json;

namespace {

const std::string id = "1320098173412546";
constexpr imagined::unix_millis now = 1700000020000;

task::record a_record(task::state s) {
    task::record r;
    r.id = id;
    r.state = s;
    r.submitted = 1700000000000;
    return r;
}

task::record a_finished_record(task::state s) {
    task::record r = a_record(s);
    r.started = 1700000001000;
    r.called = 1700000002000;
    r.finished = 1700000009000;
    return r;
}

task::submission a_submission() {
    task::submission s;
    s.prompt = "a red fox --ar 1:1";
    s.final_prompt = "a red fox";
    s.description = "/imagine a red fox --ar 1:1";
    s.public_url = "http://127.0.0.1:8080";
    return s;
}

task::delivery a_delivery(int count) {
    task::delivery d;
    for (int n = 1; n <= count; ++n) {
        task::picture p;
        p.n = n;
        p.seed = std::to_string(100 + n);
        d.pictures.push_back(p);
    }
    d.shown = task::picture{};
    d.buttons = task::grid_buttons(count, {.reroll = true, .vary = true}, "job");
    return d;
}

json view(
    const task::record& r,
    const task::submission& s,
    const std::optional<task::delivery>& d = {},
    const std::optional<task::bill>& b = {}
) {
    return json::parse(task::render_view(r, s, d, b, now));
}

} // namespace

TEST_CASE("a waiting task shows every key, with null where nothing is known") {
    const json expected = json::parse(R"({
        "id": "1320098173412546", "action": "IMAGINE", "status": "NOT_START",
        "prompt": "a red fox --ar 1:1", "promptEn": "a red fox --ar 1:1",
        "description": "/imagine a red fox --ar 1:1", "state": null,
        "submitTime": 1700000000000, "startTime": null, "finishTime": null,
        "imageUrl": null, "progress": null, "failReason": null,
        "properties": {"finalPrompt": "a red fox", "finalZhPrompt": "", "botType": "MID_JOURNEY"},
        "buttons": [], "botType": "MID_JOURNEY", "imageUrls": null, "mode": null,
        "parentId": null, "seed": null
    })");
    CHECK(view(a_record(task::state::queued), a_submission()) == expected);
}

TEST_CASE("the same keys are there in every state") {
    const auto keys_of = [](const json& shown) {
        std::set<std::string> keys;
        for (const auto& item : shown.items()) {
            keys.insert(item.key());
        }
        return keys;
    };
    const auto keys = keys_of(view(a_record(task::state::queued), a_submission()));
    CHECK(keys.size() == 20);
    for (int i = 0; i < 7; ++i) {
        const auto ended = a_finished_record(static_cast<task::state>(i));
        CHECK(keys_of(view(ended, {}, a_delivery(4))) == keys);
    }
}

TEST_CASE("a finished grid shows its pictures, buttons and seed") {
    const json shown = view(a_finished_record(task::state::success), a_submission(), a_delivery(4));
    CHECK(shown["status"] == "SUCCESS");
    CHECK(shown["progress"] == "100%");
    CHECK(shown["imageUrl"] == "http://127.0.0.1:8080/mj/image/" + id);
    CHECK(shown["startTime"] == 1700000001000);
    CHECK(shown["finishTime"] == 1700000009000);
    CHECK(shown["seed"] == "101");
    REQUIRE(shown["imageUrls"].size() == 4);
    CHECK(
        shown["imageUrls"][2]
        == json{{"url", "http://127.0.0.1:8080/mj/image/" + id + "/3"}, {"thumbnail", "http://127.0.0.1:8080/mj/image/" + id + "/3?thumb=1"}}
    );
    CHECK(shown["properties"]["pictures"] == shown["imageUrls"]);
    REQUIRE(shown["buttons"].size() == 9);
    CHECK(
        shown["buttons"][4]
        == json{{"customId", "MJ::JOB::reroll::0::job::SOLO"}, {"emoji", "🔄"}, {"label", ""}, {"type", 2}, {"style", 2}}
    );
    CHECK(shown["failReason"].is_null());
}

TEST_CASE("pictures that are no squares are listed in properties alone") {
    for (const std::size_t odd : {0U, 3U}) {
        auto delivered = a_delivery(4);
        delivered.pictures[odd].height += 1;
        const json shown = view(a_finished_record(task::state::success), a_submission(), delivered);
        CHECK(shown["imageUrls"].is_null());
        REQUIRE(shown["properties"]["pictures"].size() == 4);
        CHECK(
            shown["properties"]["pictures"][1]["url"]
            == "http://127.0.0.1:8080/mj/image/" + id + "/2"
        );
    }
}

TEST_CASE("a single picture has no imageUrls, and is listed in properties") {
    const json shown = view(a_finished_record(task::state::success), a_submission(), a_delivery(1));
    CHECK(shown["imageUrls"].is_null());
    CHECK(shown["properties"]["pictures"].size() == 1);
    CHECK_FALSE(shown["imageUrl"].is_null());
}

TEST_CASE("a success without a picture has no picture URL") {
    task::delivery text_only;
    text_only.text = "1️⃣ a fox";
    auto described = a_submission();
    described.what = task::action::describe;
    described.prompt = "";
    described.final_prompt = "";
    const json shown = view(a_finished_record(task::state::success), described, text_only);
    CHECK(shown["imageUrl"].is_null());
    CHECK(shown["prompt"] == "1️⃣ a fox");
    CHECK(shown["promptEn"] == "1️⃣ a fox");
    CHECK(shown["properties"]["finalPrompt"] == "1️⃣ a fox");
    CHECK(shown["seed"].is_null());
}

TEST_CASE("a result text does not replace the prompt that was given") {
    task::delivery text_only;
    text_only.text = "## Important tokens";
    const json shown = view(a_finished_record(task::state::success), a_submission(), text_only);
    CHECK(shown["prompt"] == "a red fox --ar 1:1");
    CHECK(shown["properties"]["finalPrompt"] == "## Important tokens");
}

TEST_CASE("pictures of a task that has not succeeded stay hidden") {
    for (const auto s : {task::state::storing, task::state::failure}) {
        const json shown = view(a_finished_record(s), a_submission(), a_delivery(4));
        CHECK(shown["imageUrl"].is_null());
        CHECK(shown["imageUrls"].is_null());
        CHECK(shown["buttons"] == json::array());
        CHECK(shown["seed"].is_null());
    }
}

TEST_CASE("a failure has a reason, a code and full progress") {
    auto failed = a_finished_record(task::state::failure);
    failed.fail_code = task::fail_code::content_rejected;
    failed.fail_reason = "可能包含敏感词";
    const json shown = view(failed, a_submission());
    CHECK(shown["status"] == "FAILURE");
    CHECK(shown["progress"] == "100%");
    CHECK(shown["failReason"] == "可能包含敏感词");
    CHECK(shown["properties"]["failCode"] == "CONTENT_REJECTED");
}

TEST_CASE("a failure without a stored reason still has one, in the task's language") {
    auto submitted = a_submission();
    CHECK(
        view(a_finished_record(task::state::failure), submitted)["failReason"] == "上游拒绝了请求"
    );
    submitted.lang = task::language::en;
    CHECK(
        view(a_finished_record(task::state::failure), submitted)["failReason"]
        == "The backend refused the request"
    );
}

TEST_CASE("a reason of an earlier attempt is not shown before the end") {
    auto retried = a_record(task::state::calling);
    retried.fail_reason = "earlier";
    retried.fail_code = task::fail_code::timeout;
    const json shown = view(retried, a_submission());
    CHECK(shown["failReason"].is_null());
    CHECK_FALSE(shown["properties"].contains("failCode"));
}

TEST_CASE("a task that ended before it started has a start time all the same") {
    auto cancelled = a_record(task::state::failure);
    cancelled.finished = 1700000003000;
    CHECK(view(cancelled, a_submission())["startTime"] == 1700000000000);
}

TEST_CASE("what the submit said is echoed") {
    auto submitted = a_submission();
    submitted.what = task::action::variation;
    submitted.state = "{\"room\":\"a\\nb\"}";
    submitted.notify_hook = "https://example.com/hook";
    submitted.mode = task::speed_mode::relax;
    submitted.bot_type = task::bot::niji_journey;
    submitted.parent_id = "1320098173412545";
    submitted.notes = {"one"};
    auto delivered = a_delivery(2);
    delivered.notes = {"two"};
    delivered.unsafe = 1;
    const json shown = view(
        a_finished_record(task::state::success), submitted, delivered, task::bill{30000, "yes"}
    );
    CHECK(shown["action"] == "VARIATION");
    CHECK(shown["state"] == submitted.state);
    CHECK(shown["mode"] == "RELAX");
    CHECK(shown["botType"] == "NIJI_JOURNEY");
    CHECK(shown["parentId"] == "1320098173412545");
    CHECK(
        shown["properties"]
        == json{{"finalPrompt", "a red fox"}, {"finalZhPrompt", ""}, {"botType", "NIJI_JOURNEY"}, {"notifyHook", "https://example.com/hook"}, {"notes", {"one", "two"}}, {"cost", 30000}, {"billed", "yes"}, {"unsafe", 1}, {"pictures", shown["imageUrls"]}}
    );
}

TEST_CASE("notes of the delivery alone make a list too") {
    auto delivered = a_delivery(1);
    delivered.notes = {"two"};
    const json shown = view(a_finished_record(task::state::success), a_submission(), delivered);
    CHECK(shown["properties"]["notes"] == json{"two"});
}

TEST_CASE("every type is the one that the strict decoder takes") {
    const std::set<std::string> texts{
        "id",
        "action",
        "status",
        "prompt",
        "promptEn",
        "description",
        "state",
        "imageUrl",
        "progress",
        "failReason",
        "botType",
        "mode",
        "parentId",
        "seed"
    };
    const std::set<std::string> times{"submitTime", "startTime", "finishTime"};
    for (int i = 0; i < 7; ++i) {
        const auto s = static_cast<task::state>(i);
        for (const auto& r : {a_record(s), a_finished_record(s)}) {
            const json shown = view(r, {}, a_delivery(4));
            for (const auto& item : shown.items()) {
                CAPTURE(item.key());
                const json& value = item.value();
                if (texts.contains(item.key())) {
                    CHECK((value.is_string() || value.is_null()));
                } else if (times.contains(item.key())) {
                    CHECK((value.is_number_integer() || value.is_null()));
                } else if (item.key() == "properties") {
                    CHECK(value.is_object());
                    CHECK(value["finalPrompt"].is_string());
                } else if (item.key() == "buttons") {
                    CHECK(value.is_array());
                } else {
                    CHECK((value.is_array() || value.is_null()));
                }
            }
        }
    }
}

TEST_CASE("an earlier event is shown without what came later") {
    auto ended = a_finished_record(task::state::failure);
    ended.fail_reason = "later";
    ended.fail_code = task::fail_code::timeout;
    const json shown =
        json::parse(task::render_event_view(ended, a_submission(), "IN_PROGRESS", "42%", now));
    CHECK(shown["status"] == "IN_PROGRESS");
    CHECK(shown["progress"] == "42%");
    CHECK(shown["startTime"] == 1700000001000);
    CHECK(shown["finishTime"].is_null());
    CHECK(shown["failReason"].is_null());
    CHECK_FALSE(shown["properties"].contains("failCode"));
    CHECK(shown.size() == 20);
}

TEST_CASE("an event that is the failure itself carries its reason and times") {
    auto ended = a_finished_record(task::state::failure);
    ended.fail_reason = "reason";
    ended.fail_code = task::fail_code::timeout;
    const json event =
        json::parse(task::render_event_view(ended, a_submission(), "FAILURE", "100%", now));
    CHECK(event == view(ended, a_submission()));
}

TEST_CASE("an event before the start has neither start time nor progress") {
    const json shown = json::parse(task::render_event_view(
        a_finished_record(task::state::success), a_submission(), "NOT_START", "", now
    ));
    CHECK(shown["startTime"].is_null());
    CHECK(shown["progress"].is_null());
}

TEST_CASE("the view is compact") {
    const std::string text =
        task::render_view(a_record(task::state::queued), a_submission(), {}, {}, now);
    CHECK(text.find_first_of("\n\r\t") == std::string::npos);
    CHECK(text.size() == json::parse(text).dump().size());
    CHECK(text.starts_with("{\"id\":\"" + id + "\",\"action\":"));
}
