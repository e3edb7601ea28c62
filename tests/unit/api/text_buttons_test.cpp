// The buttons under a describe and a shorten.
#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

json post(scene& s, const std::string& what, const json& body, const header_list& more = {}) {
    const auto answer = s.post("/mj/submit/" + what, body, more);
    CHECK(answer.status == 200);
    return json_of(answer);
}

json press_text(
    scene& s, const std::string& id, const std::string& button, const header_list& more = {}
) {
    return post(s, "action", {{"taskId", id}, {"customId", button}}, more);
}

// A describe that has ended with these texts.
std::string described(scene& s, std::vector<std::string> texts) {
    const std::string id = post(s, "describe", {{"base64", to_base64(png(3))}})["result"];
    backend::answer answer;
    answer.descriptions = std::move(texts);
    task::call made;
    made.now = task::call::state::answered;
    made.answer = backend::to_text(answer);
    s.tasks.add_call(id, made);
    s.tasks.succeed(id);
    return id;
}

} // namespace

TEST_CASE("a picked description is put before the user, and then drawn under the same id") {
    scene s;
    const std::string parent = described(s, {"a red fox", "a fox in snow"});
    const json asked = press_text(s, parent, "MJ::Job::PicReader::2");
    REQUIRE_MESSAGE(asked["code"] == 21, asked.dump());
    CHECK(asked["properties"]["finalPrompt"] == "a fox in snow");
    const std::string id = asked["result"];
    CHECK(s.task(id).record.state == task::state::modal);
    const json told = post(s, "modal", {{"taskId", id}, {"prompt", "a wolf in snow --ar 3:2"}});
    CHECK_MESSAGE(told["code"] == 1, told.dump());
    CHECK(told["result"] == id);
    const auto made = s.submission(id);
    CHECK(made.what == task::action::imagine);
    CHECK(made.prompt == "a wolf in snow --ar 3:2");
    CHECK(made.request.what == operation::generate);
    CHECK(made.request.prompt == "a wolf in snow");
    CHECK(made.request.aspect == task::ratio{3, 2});
    CHECK(made.parent_id == parent);
}

TEST_CASE("an answer without a prompt draws the description as it is") {
    scene s;
    const std::string parent = described(s, {"a red fox -- and a wolf"});
    const std::string id = press_text(s, parent, "MJ::Job::PicReader::1")["result"];
    CHECK(post(s, "modal", {{"taskId", id}})["code"] == 1);
    CHECK(s.submission(id).request.prompt.starts_with("a red fox"));
    CHECK(press_text(s, parent, "MJ::Job::PicReader::2")["code"] == 4);
}

TEST_CASE("all descriptions make a task each, told joined by commas") {
    scene s;
    const std::string parent = described(s, {"a red fox", "a fox in snow", "a fox"});
    const header_list key{{"Idempotency-Key", "k"}};
    const json told = press_text(s, parent, "MJ::Job::PicReader::all", key);
    CHECK(told["code"] == 1);
    const std::string ids = told["result"];
    REQUIRE(ids.size() == 3 * 16 + 2);
    const std::string second = ids.substr(17, 16);
    CHECK(s.submission(second).prompt == "a fox in snow");
    CHECK(s.submission(second).what == task::action::imagine);
    CHECK(press_text(s, parent, "MJ::Job::PicReader::all", key)["result"] == ids);
    CHECK(s.tasks.size() == 4);
}

TEST_CASE("a describe can be repeated on the same picture") {
    scene s;
    const std::string parent = described(s, {"a red fox"});
    const json told = press_text(s, parent, "MJ::Picread::Retry");
    REQUIRE_MESSAGE(told["code"] == 1, told.dump());
    const auto made = s.submission(told["result"]);
    CHECK(made.what == task::action::describe);
    CHECK(made.request.what == operation::describe);
    CHECK(made.parent_id == parent);
    CHECK(made.request.pictures == s.submission(parent).request.pictures);
}

TEST_CASE("a shortened prompt is put before the user, and then drawn") {
    scene s;
    const std::string parent =
        post(s, "shorten", {{"prompt", "a red fox in deep snow, pine forest --ar 3:2"}})["result"];
    const json asked = press_text(s, parent, "MJ::Job::PromptAnalyzer::1");
    REQUIRE_MESSAGE(asked["code"] == 21, asked.dump());
    const std::string prompt = asked["properties"]["finalPrompt"];
    CHECK(prompt.ends_with(" --ar 3:2"));
    const std::string id = asked["result"];
    CHECK(post(s, "modal", {{"taskId", id}, {"prompt", prompt}})["code"] == 1);
    CHECK(s.submission(id).request.aspect == task::ratio{3, 2});
}

TEST_CASE("a text has no picture buttons, and a picture no text buttons") {
    scene s;
    const std::string text = described(s, {"a red fox"});
    const std::string picture = s.finished_imagine();
    CHECK(press_text(s, text, "MJ::JOB::upsample::1::x")["code"] == 4);
    CHECK(press_text(s, picture, "MJ::Job::PicReader::1")["code"] == 4);
}
