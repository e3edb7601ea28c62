// The submits beside imagine and change: describe, blend, upload, show, shorten.
#include "scene.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/task/job_id.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

json submit_to(scene& s, const std::string& what, const json& body, const header_list& more = {}) {
    const auto answer = s.post("/mj/submit/" + what, body, more);
    CHECK(answer.status == 200);
    json told = json_of(answer);
    CHECK(told["properties"].is_object());
    return told;
}

task::submission accepted_task(scene& s, const std::string& what, const json& body) {
    const json told = submit_to(s, what, body);
    REQUIRE_MESSAGE(told["code"] == 1, told.dump());
    return s.submission(told["result"]);
}

std::string refused(scene& s, const std::string& what, const json& body, int code = 4) {
    const std::size_t before = s.tasks.size();
    const json told = submit_to(s, what, body);
    CHECK_MESSAGE(told["code"] == code, told.dump());
    CHECK(told["result"].is_null());
    CHECK(s.tasks.size() == before);
    return told["description"];
}

scene_options serving(std::vector<operation> operations) {
    scene_options options;
    options.operations = std::move(operations);
    return options;
}

json pictures(int count) {
    json list = json::array();
    for (int i = 0; i < count; ++i) {
        list.push_back(to_base64(png(static_cast<std::uint8_t>(i + 1))));
    }
    return list;
}

} // namespace

TEST_CASE("a describe asks about its picture, sent or linked") {
    scene s;
    s.web.show("https://x.example/a.png", png(9));
    for (const json& body :
         {json{{"base64", "data:image/jpeg;base64," + to_base64(png(9))}},
          json{{"base64", to_base64(png(9))}, {"language", "zh_cn"}},
          json{{"base64", "https://x.example/a.png"}},
          json{{"link", " https://x.example/a.png "}, {"base64", ""}}}) {
        CAPTURE(body.dump());
        const auto made = accepted_task(s, "describe", body);
        CHECK(made.what == task::action::describe);
        CHECK(made.request.what == operation::describe);
        CHECK(made.request.images == 1);
        CHECK(made.prompt.empty());
        REQUIRE(made.request.pictures.size() == 1);
        const auto& picture = made.request.pictures[0];
        CHECK(*s.images->read(picture.id, picture.n) == png(9));
        CHECK(made.description == "/describe " + picture.id + ".png");
        CHECK(s.given(picture.id).lane == "describe/V_3/1");
    }
}

TEST_CASE("a describe without a usable picture is refused in the peers' words") {
    scene s;
    CHECK(refused(s, "describe", json::object()) == "base64或link不能为空");
    CHECK(refused(s, "describe", {{"base64", "!!!"}}) == "base64格式错误");
    CHECK(refused(s, "describe", {{"link", "ftp://x.example/a"}}) == "链接格式错误");
    CHECK(mentions(refused(s, "describe", {{"link", "http://10.0.0.1/a"}}), "fetch.allow"));
    CHECK(mentions(refused(s, "describe", {{"link", "http://10.0.0.1/a"}}), "link"));
    scene without(serving({operation::generate}));
    CHECK(refused(without, "describe", {{"base64", to_base64(png())}}, 3) == "无可用的账号实例");
}

TEST_CASE("a blend is an instructed edit of all pictures where some backend has that") {
    scene s;
    const auto made = accepted_task(s, "blend", {{"base64Array", pictures(5)}});
    CHECK(made.what == task::action::blend);
    CHECK(made.request.what == operation::instruct_edit);
    CHECK(made.request.images == 4);
    CHECK(made.request.aspect == task::ratio{1, 1});
    CHECK(!made.request.prompt.empty());
    REQUIRE(made.request.pictures.size() == 5);
    const auto& last = made.request.pictures[4];
    CHECK(*s.images->read(last.id, last.n) == png(5));
    CHECK(made.description == "/blend " + last.id + " 5");
}

TEST_CASE("else a blend is a remix of the first picture in the style of the others") {
    scene s(serving({operation::remix}));
    s.web.show("https://x.example/b", png(7));
    json list = pictures(1);
    list.push_back("https://x.example/b");
    const auto made =
        accepted_task(s, "blend", {{"base64Array", list}, {"dimensions", "portrait"}});
    CHECK(made.request.what == operation::remix);
    CHECK(made.request.model == task::model::v3);
    CHECK(made.request.aspect == task::ratio{2, 3});
    CHECK(made.request.pictures.size() == 1);
    REQUIRE(made.request.style_references.size() == 1);
    const auto& style = made.request.style_references[0];
    CHECK(*s.images->read(style.id, style.n) == png(7));
    scene without(serving({operation::generate}));
    refused(without, "blend", {{"base64Array", pictures(2)}}, 3);
}

TEST_CASE("a blend takes two to five pictures and three shapes") {
    scene s;
    for (const int count : {0, 1, 6}) {
        CHECK(refused(s, "blend", {{"base64Array", pictures(count)}}) == "base64List参数错误");
    }
    CHECK(refused(s, "blend", json::object()) == "base64List参数错误");
    const auto with = [](const json& dimensions) {
        return json{{"base64Array", pictures(2)}, {"dimensions", dimensions}};
    };
    CHECK(accepted_task(s, "blend", with(nullptr)).request.aspect == task::ratio{1, 1});
    CHECK(refused(s, "blend", with("ROUND")) == "dimensions参数错误");
    CHECK(accepted_task(s, "blend", with("LANDSCAPE")).request.aspect == task::ratio{3, 2});
    CHECK(accepted_task(s, "blend", with("SQUARE")).request.aspect == task::ratio{1, 1});
    json broken = pictures(1);
    broken.push_back("!!!");
    CHECK(refused(s, "blend", {{"base64Array", broken}}) == "base64格式错误");
}

TEST_CASE("uploaded pictures are handed back as our own addresses, which then can be used") {
    scene s;
    s.web.show("https://x.example/c", png(3));
    json list = pictures(2);
    list.push_back("https://x.example/c");
    const json told = submit_to(s, "upload-discord-images", {{"base64Array", list}});
    CHECK(told["code"] == 1);
    CHECK(told["description"] == "提交成功");
    REQUIRE(told["result"].is_array());
    REQUIRE(told["result"].size() == 3);
    const std::string base = "http://pictures.example";
    for (int i = 0; i < 3; ++i) {
        const std::string address = told["result"][static_cast<std::size_t>(i)];
        REQUIRE(address.starts_with(base));
        CHECK(s.get(address.substr(base.size())).status == 200);
        const auto made = accepted_task(s, "imagine", {{"prompt", address + " a fox"}});
        const auto& picture = made.request.pictures[0];
        CHECK(*s.images->read(picture.id, picture.n) == png(static_cast<std::uint8_t>(i + 1)));
    }
    CHECK(s.tasks.size() == 3);
    CHECK(refused(s, "upload-discord-images", json::object()) == "base64不能为空");
    CHECK(refused(s, "upload-discord-images", {{"base64Array", {"!"}}}) == "base64格式错误");
    refused(s, "upload-discord-images", {{"base64Array", pictures(11)}});
}

TEST_CASE("show finds a task by its job id or by its picture") {
    scene s;
    const std::string id = s.finished_imagine();
    const std::string job = task::job_id_of(id);
    for (const std::string& named :
         {job,
          " " + job + " ",
          "https://cdn.example/x/" + job + "/0_0.png",
          "MJ::JOB::upsample::1::" + job,
          "http://pictures.example/mj/image/" + id,
          "http://pictures.example/mj/image/" + id + "/3"}) {
        CAPTURE(named);
        const json told = submit_to(s, "show", {{"jobId", named}});
        CHECK(told["code"] == 1);
        CHECK(told["result"] == id);
    }
}

TEST_CASE("show refuses what is no job id, and what is nobody's or somebody else's") {
    scene_options options;
    options.api.callers = {{"one", "key-1"}, {"two", "key-2"}};
    scene s(options);
    const header_list one{{"mj-api-secret", "key-1"}};
    const header_list two{{"mj-api-secret", "key-2"}};
    const std::string id = s.imagine("a fox", one);
    const std::string job = task::job_id_of(id);
    const auto description = [&](const std::string& named, const header_list& who) {
        const json told = submit_to(s, "show", {{"jobId", named}}, who);
        CHECK(told["code"] == 4);
        CHECK(told["result"].is_null());
        return told["description"].get<std::string>();
    };
    CHECK(description(job, one) == "目标任务不存在"); // it has not ended
    s.tasks.succeed(id);
    CHECK(submit_to(s, "show", {{"jobId", job}}, one)["result"] == id);
    CHECK(description(job, two) == "目标任务不存在");
    CHECK(description("0b7c1f5e-7a11-4c11-8f11-0123456789ab", one) == "目标任务不存在");
    for (const char* text : {"", "17", "not a job", "0b7c1f5e"}) {
        CAPTURE(text);
        CHECK(description(text, one) == "job id 格式错误");
    }
}

TEST_CASE("a shorten has ended when it is answered, with its report and its buttons") {
    scene s;
    const json told = submit_to(
        s, "shorten", {{"prompt", "a red fox in the snow, masterpiece, soft light --ar 16:9"}}
    );
    REQUIRE(told["code"] == 1);
    const auto& made = s.task(told["result"]);
    CHECK(s.given(told["result"]).slots.empty());
    const json view = json::parse(made.view);
    CHECK(view["action"] == "SHORTEN");
    CHECK(view["status"] == "SUCCESS");
    CHECK(view["progress"] == "100%");
    CHECK(view["imageUrl"].is_null());
    CHECK(view["properties"]["finalZhPrompt"] == "");
    CHECK(view["properties"]["cost"] == 0);
    const std::string report = view["properties"]["finalPrompt"];
    CHECK(report.starts_with("## Important tokens\n"));
    CHECK(mentions(report, "\n## Shortened prompts\n1️⃣ "));
    CHECK(mentions(report, "--ar 16:9"));
    REQUIRE(!view["buttons"].empty());
    CHECK(view["buttons"][0]["customId"] == "MJ::Job::PromptAnalyzer::1");
    CHECK(view["buttons"][0]["emoji"] == "1️⃣");
    CHECK(refused(s, "shorten", json::object()) == "prompt不能为空");
    CHECK(mentions(refused(s, "shorten", {{"prompt", "a --xyz"}}), "--xyz"));
}

TEST_CASE("an Idempotency-Key makes a shorten one task") {
    scene s;
    const header_list key{{"Idempotency-Key", "k"}};
    const json first = submit_to(s, "shorten", {{"prompt", "a red fox"}}, key);
    CHECK(submit_to(s, "shorten", {{"prompt", "a red fox"}}, key)["result"] == first["result"]);
}
