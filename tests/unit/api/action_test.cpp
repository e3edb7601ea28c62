// Every button, pressed: what the new task asks a backend for.
#include "scene.hpp"

#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

constexpr const char* job = "0b7c1f5e-0000-4000-8000-000000000000";

json press_with(
    scene& s, const std::string& id, const std::string& what, json more = json::object()
) {
    more["taskId"] = id;
    more["customId"] = what + job + "::SOLO";
    return json_of(s.post("/mj/submit/action", more));
}

json answer_modal(scene& s, const std::string& id, json body, const header_list& headers = {}) {
    body["taskId"] = id;
    return json_of(s.post("/mj/submit/modal", body, headers));
}

// A task that ended with one picture of 40x8 pixels, picked from an imagine.
std::string picked(scene& s, const std::string& prompt = "a red fox --seed 7") {
    const std::string parent = s.imagine(prompt);
    for (int n = 0; n <= 4; ++n) {
        REQUIRE(s.images->put(parent, n, png(static_cast<std::uint8_t>(50 * n), 40)).has_value());
    }
    s.tasks.succeed(parent);
    const json told = json_of(s.post("/mj/submit/simple-change", {{"content", parent + " U2"}}));
    REQUIRE(told["code"] == 1);
    return told["result"];
}

store::bitmap picture_of(scene& s, const task::picture_ref& ref) {
    const auto bytes = s.images->read(ref.id, ref.n);
    REQUIRE(bytes.has_value());
    auto pixels = store::decode(*bytes);
    REQUIRE(pixels.has_value());
    return std::move(*pixels);
}

int grey_at(const store::bitmap& pixels, std::uint32_t x, std::uint32_t y) {
    return pixels.rgb.at((std::size_t{y} * pixels.width + x) * 3);
}

// White left half, black right half.
std::string half_mask() {
    store::bitmap mask;
    mask.width = 4;
    mask.height = 2;
    for (int i = 0; i < 8; ++i) {
        mask.rgb.insert(mask.rgb.end(), 3, i % 4 < 2 ? 255 : 0);
    }
    return "data:image/png;base64," + to_base64(*store::encode(mask, store::picture_format::png));
}

std::string flat_mask(std::uint8_t shade) {
    return to_base64(png(shade));
}

task::submission pressed(scene& s, const std::string& single, const std::string& what) {
    const json told = press_with(s, single, what);
    REQUIRE_MESSAGE(told["code"] == 1, told.dump());
    return s.submission(told["result"]);
}

void check_action_refused(const json& answer, int code, const char* text) {
    CHECK(answer["code"] == code);
    CHECK(answer["description"] == text);
    CHECK(answer["result"].is_null());
}

} // namespace

TEST_CASE("the 2x upscalers enlarge the one picture") {
    scene s;
    const std::string single = picked(s);
    const auto subtle = pressed(s, single, "MJ::JOB::upsample_v7_2x_subtle::1::");
    CHECK(subtle.what == task::action::upscale);
    CHECK(subtle.request.what == operation::upscale);
    CHECK(subtle.request.pictures == std::vector{task::picture_ref{single, 1}});
    CHECK(subtle.request.images == 1);
    CHECK(subtle.request.resemblance == 90);
    const auto creative = pressed(s, single, "MJ::JOB::upsample_v6_2x_creative::1::");
    CHECK(creative.request.resemblance == 50);
    CHECK(creative.request.detail == 90);
    const auto four = pressed(s, single, "MJ::JOB::upsample_v5_4x::1::");
    REQUIRE_FALSE(four.notes.empty());
    CHECK(mentions(four.notes.back(), "2x was made"));
}

TEST_CASE("zooming out sends the picture in the middle of a canvas of its size, and a mask") {
    scene s;
    const std::string single = picked(s);
    const auto made = pressed(s, single, "MJ::Outpaint::50::1::");
    CHECK(made.what == task::action::zoom);
    CHECK(made.description == "/up " + single + " Zoom Out 2x");
    CHECK(made.parent_id == single);
    CHECK(made.request.what == operation::inpaint);
    CHECK(made.request.images == 4);
    CHECK(made.request.prompt == "a red fox");
    CHECK_FALSE(made.request.seed);
    REQUIRE(made.request.pictures.size() == 1);
    const auto canvas = picture_of(s, made.request.pictures[0]);
    CHECK(canvas.width == 40);
    CHECK(canvas.height == 8);
    CHECK(grey_at(canvas, 20, 4) == 100);
    const auto mask = picture_of(s, *made.request.mask);
    CHECK(grey_at(mask, 9, 3) == 0);
    CHECK(grey_at(mask, 10, 3) == 255);
    CHECK(grey_at(mask, 20, 1) == 0);
    CHECK(pressed(s, single, "MJ::Outpaint::75::1::").description.ends_with("Zoom Out 1.5x"));
}

TEST_CASE("a pan sends a larger canvas with new ground on its side") {
    struct row {
        const char* button;
        std::uint32_t width, height;
        std::uint32_t new_x, new_y, old_x, old_y;
    };

    scene s;
    const std::string single = picked(s);
    // 60x8 would be longer than 3:1, so sideways the picture moves on a canvas of its own size.
    for (const row& r :
         {row{"MJ::JOB::pan_left::1::", 40, 8, 19, 0, 20, 0},
          row{"MJ::JOB::pan_right::1::", 40, 8, 20, 7, 19, 7},
          row{"MJ::JOB::pan_up::1::", 40, 12, 5, 3, 5, 4},
          row{"MJ::JOB::pan_down::1::", 40, 12, 5, 8, 5, 7}}) {
        CAPTURE(r.button);
        const auto made = pressed(s, single, r.button);
        CHECK(made.what == task::action::pan);
        const auto canvas = picture_of(s, made.request.pictures.at(0));
        CHECK(canvas.width == r.width);
        CHECK(canvas.height == r.height);
        const auto mask = picture_of(s, *made.request.mask);
        CHECK(grey_at(mask, r.new_x, r.new_y) == 0);
        CHECK(grey_at(mask, r.old_x, r.old_y) == 255);
    }
}

TEST_CASE("make square paints around what is not square, and reframes what is") {
    scene s;
    const std::string wide = picked(s);
    const auto painted = pressed(s, wide, "MJ::Outpaint::100::1::");
    CHECK(painted.what == task::action::zoom);
    CHECK(painted.request.what == operation::inpaint);
    const auto canvas = picture_of(s, painted.request.pictures.at(0));
    CHECK(canvas.width == 40);
    CHECK(canvas.height == 40);
    const std::string parent = s.finished_imagine(); // its pictures are 8x8
    const auto reframed = pressed(s, parent, "MJ::Outpaint::100::1::");
    CHECK(reframed.request.what == operation::reframe);
    CHECK(reframed.request.aspect == task::ratio{1, 1});
    CHECK(reframed.request.pictures == std::vector{task::picture_ref{parent, 1}});
}

TEST_CASE("a square that no backend can reframe has nothing to paint") {
    scene_options options;
    options.operations = {operation::generate, operation::inpaint};
    scene s(options);
    check_action_refused(
        press_with(s, s.finished_imagine(), "MJ::Outpaint::100::1::"), 4, "画面没有可绘制的新区域"
    );
}

TEST_CASE("a reroll repeats what its parent did, whatever it was") {
    scene s;
    const std::string single = picked(s);
    const json zoomed = press_with(s, single, "MJ::Outpaint::50::1::");
    const std::string zoom = zoomed["result"];
    s.tasks.succeed(zoom);
    const auto again = pressed(s, zoom, "MJ::JOB::reroll::0::");
    CHECK(again.what == task::action::reroll);
    CHECK(again.request == s.submission(zoom).request);
    const auto imagined_again = pressed(s, single, "MJ::JOB::reroll::0::");
    CHECK(imagined_again.request.what == operation::generate);
    CHECK(imagined_again.request.images == 4);
    const std::string large =
        press_with(s, single, "MJ::JOB::upsample_v7_2x_subtle::1::")["result"];
    s.tasks.succeed(large);
    CHECK(pressed(s, large, "MJ::JOB::reroll::0::").request.images == 1);
}

TEST_CASE("a variation of a canvas has that canvas' frame") {
    scene s;
    const std::string single = picked(s, "a red fox --ar 5:1");
    const std::string pan = press_with(s, single, "MJ::JOB::pan_down::1::")["result"];
    REQUIRE(s.images->put(pan, 1, png(9, 16)).has_value());
    s.tasks.succeed(pan);
    const json told = json_of(s.post(
        "/mj/submit/action",
        {{"taskId", pan}, {"customId", std::string("MJ::JOB::variation::1::") + job}}
    ));
    REQUIRE(told["code"] == 1);
    const auto made = s.submission(told["result"]);
    CHECK(made.request.what == operation::remix);
    CHECK_FALSE(made.request.mask);
    CHECK(made.request.aspect == task::ratio{16, 8});
}

TEST_CASE("a region asks for a modal first, and gives the parent's prompt to edit") {
    scene s;
    const std::string single = picked(s);
    const json told = press_with(s, single, "MJ::Inpaint::1::", {{"state", "mine"}});
    CHECK(told["code"] == 21);
    CHECK(mentions(told["description"].get<std::string>(), "confirm"));
    CHECK(told["properties"]["finalPrompt"] == "a red fox --seed 7");
    CHECK(told["properties"]["remix"] == true);
    CHECK_FALSE(told["properties"].contains("imageUrl"));
    CHECK_FALSE(told["properties"].contains("status"));
    const std::string id = told["result"];
    const json shown = json_of(s.get("/mj/task/" + id + "/fetch"));
    CHECK(shown["status"] == "MODAL");
    CHECK(shown["action"] == "INPAINT");
    CHECK(shown["progress"].is_null());
    CHECK(shown["state"] == "mine");
    CHECK(s.given(id).lane.empty());
}

TEST_CASE("the answered modal is the same task, with the mask inverted and in the picture's size") {
    scene s;
    const std::string single = picked(s);
    const std::string id = press_with(s, single, "MJ::Inpaint::1::", {{"state", "mine"}})["result"];
    const json told =
        answer_modal(s, id, {{"prompt", "a hat --no wool"}, {"maskBase64", half_mask()}});
    REQUIRE_MESSAGE(told["code"] == 1, told.dump());
    CHECK(told["result"] == id);
    const auto made = s.submission(id);
    CHECK(s.task(id).record.state == task::state::queued);
    CHECK(s.given(id).lane == "inpaint/V_3/4");
    CHECK(made.what == task::action::inpaint);
    CHECK(made.state == "mine");
    CHECK(made.prompt == "a hat --no wool");
    CHECK(made.request.prompt == "a hat");
    CHECK(made.request.what == operation::inpaint);
    CHECK(made.request.pictures == std::vector{task::picture_ref{single, 1}});
    const auto mask = picture_of(s, *made.request.mask);
    CHECK(mask.width == 40);
    CHECK(mask.height == 8);
    CHECK(grey_at(mask, 0, 0) == 0);
    CHECK(grey_at(mask, 19, 7) == 0);
    CHECK(grey_at(mask, 20, 7) == 255);
    REQUIRE_FALSE(made.notes.empty());
    CHECK(mentions(made.notes[0], "--no wool"));
}

TEST_CASE("without a prompt of its own the modal keeps the parent's") {
    scene s;
    const std::string single = picked(s, "a red fox --style raw");
    const std::string id = press_with(s, single, "MJ::Inpaint::1::")["result"];
    REQUIRE(answer_modal(s, id, {{"maskBase64", half_mask()}})["code"] == 1);
    const auto made = s.submission(id);
    CHECK(made.prompt == "a red fox --style raw");
    CHECK(made.request.prompt == "a red fox");
    CHECK(made.request.magic == task::magic_prompt::off);
}

TEST_CASE("a modal that cannot be used says why, and the task waits on") {
    scene s;
    const std::string single = picked(s);
    const std::string id = press_with(s, single, "MJ::Inpaint::1::")["result"];
    check_action_refused(
        answer_modal(s, id, {{"prompt", "x"}}), 4, "maskBase64不能为空：白色为重绘区域"
    );
    check_action_refused(answer_modal(s, id, {{"maskBase64", "%%%"}}), 4, "maskBase64格式错误");
    CHECK(mentions(
        answer_modal(s, id, {{"maskBase64", flat_mask(0)}})["description"].get<std::string>(),
        "未标记"
    ));
    CHECK(mentions(
        answer_modal(s, id, {{"maskBase64", flat_mask(255)}})["description"].get<std::string>(),
        "整张"
    ));
    const json flag = answer_modal(
        s, id, {{"prompt", "a hat --hatness 3"}, {"maskBase64", half_mask()}}, english
    );
    CHECK(flag["code"] == 4);
    CHECK(mentions(flag["description"].get<std::string>(), "--hatness"));
    CHECK(s.task(id).record.state == task::state::modal);
}

TEST_CASE("a modal's prompt is looked through for banned words") {
    scene_options options;
    options.api.banned_words = {"gore"};
    scene s(options);
    const std::string id = press_with(s, picked(s), "MJ::Inpaint::1::")["result"];
    const json told = answer_modal(s, id, {{"prompt", "Gore"}, {"maskBase64", half_mask()}});
    CHECK(told["code"] == 24);
    CHECK(told["properties"]["bannedWord"] == "Gore");
}

TEST_CASE("a custom zoom takes its factor from the modal's prompt") {
    scene s;
    const std::string single = picked(s, "a red fox --ar 5:1");
    for (const char* spelling : {"MJ::CustomZoom::", "MJ::CustomZoom::1::"}) {
        const json told = json_of(s.post(
            "/mj/submit/action", {{"taskId", single}, {"customId", spelling + std::string(job)}}
        ));
        REQUIRE(told["code"] == 21);
        const std::string id = told["result"];
        for (const char* prompt : {"a fox --zoom 3", "a fox --zoom x"}) {
            CAPTURE(prompt);
            const json refused = answer_modal(s, id, {{"prompt", prompt}});
            CHECK(refused["code"] == 4);
            CHECK(mentions(refused["description"].get<std::string>(), "--zoom"));
        }
        check_action_refused(
            answer_modal(s, id, {{"prompt", "a fox --zoom 1"}}), 4, "画面没有可绘制的新区域"
        );
        REQUIRE(answer_modal(s, id, {{"prompt", "a red fox --ar 5:1  --zoom 1.8"}})["code"] == 1);
        const auto made = s.submission(id);
        CHECK(made.what == task::action::zoom);
        CHECK(made.request.prompt == "a red fox");
        const auto mask = picture_of(s, *made.request.mask);
        CHECK(mask.width == 40);
        CHECK(grey_at(mask, 8, 4) == 0);
        CHECK(grey_at(mask, 9, 4) == 255);
        CHECK(grey_at(mask, 30, 4) == 255);
        CHECK(grey_at(mask, 31, 4) == 0);
    }
}

TEST_CASE("a custom zoom is offered as --zoom 2, which counts where the answer names no other") {
    scene s;
    const std::string single = picked(s, "a red fox");
    const auto canvas_of = [&](const json& body) {
        const json told = press_with(s, single, "MJ::CustomZoom::1::");
        CHECK(told["properties"]["finalPrompt"] == "a red fox --zoom 2");
        REQUIRE(answer_modal(s, told["result"], body)["code"] == 1);
        const auto made = s.submission(told["result"]);
        CHECK(made.request.mask.has_value());
        return std::pair(s.submission(told["result"]), picture_of(s, *made.request.mask));
    };
    const auto [filled, by_two] = canvas_of({{"prompt", "a red fox --zoom 2"}});
    for (const json& body :
         {json::object(), json{{"prompt", ""}}, json{{"prompt", "a blue fox"}}}) {
        CAPTURE(body.dump());
        CHECK(canvas_of(body).second.rgb == by_two.rgb);
    }
    CHECK(canvas_of({{"prompt", "a blue fox"}}).first.request.prompt == "a blue fox");
    CHECK(canvas_of(json::object()).first.request.prompt == "a red fox");
    const auto [made, last] = canvas_of({{"prompt", "a red fox --zoom 2 --zoom 1.2"}});
    CHECK(last.rgb != by_two.rgb);
    CHECK(made.notes == std::vector<std::string>{"--zoom: of several the last one counts"});
}

TEST_CASE("a custom zoom of a prompt in quotes keeps its flags") {
    scene s;
    const std::string single = picked(s, "\"a red fox --ar 5:1\"");
    const json told = press_with(s, single, "MJ::CustomZoom::1::");
    CHECK(told["properties"]["finalPrompt"] == "a red fox --ar 5:1 --zoom 2");
}

TEST_CASE("the zoom flag alone keeps the old prompt, and another --ar another frame") {
    scene s;
    const std::string single = picked(s);
    const std::string alone = press_with(s, single, "MJ::CustomZoom::1::")["result"];
    REQUIRE(answer_modal(s, alone, {{"prompt", "--zoom 2"}})["code"] == 1);
    CHECK(s.submission(alone).request.prompt == "a red fox");
    const std::string framed = press_with(s, single, "MJ::CustomZoom::1::")["result"];
    REQUIRE(answer_modal(s, framed, {{"prompt", "a fox --ar 1:1 --zoom 1"}})["code"] == 1);
    const auto canvas = picture_of(s, s.submission(framed).request.pictures.at(0));
    CHECK(canvas.width == canvas.height);
}

TEST_CASE("remix mode asks before it varies, draws again or pans, and uses the new prompt") {
    scene s;
    const std::string single = picked(s);
    for (const json& remix :
         {json{{"enableRemix", true}}, json{{"accountFilter", {{"remix", true}}}}}) {
        for (const char* button :
             {"MJ::JOB::low_variation::1::", "MJ::JOB::reroll::0::", "MJ::JOB::pan_up::1::"}) {
            CAPTURE(button);
            const json told = press_with(s, single, button, remix);
            REQUIRE(told["code"] == 21);
            const std::string id = told["result"];
            REQUIRE(answer_modal(s, id, {{"prompt", "a wolf"}})["code"] == 1);
            CHECK(s.submission(id).request.prompt == "a wolf");
        }
    }
    CHECK(
        press_with(s, single, "MJ::JOB::low_variation::1::", {{"enableRemix", false}})["code"] == 1
    );
    CHECK(press_with(s, single, "MJ::Outpaint::50::1::", {{"enableRemix", true}})["code"] == 1);
}

TEST_CASE("a strong variation is still strong after its modal") {
    scene s;
    const std::string parent = s.finished_imagine();
    const json told = json_of(s.post(
        "/mj/submit/action",
        {{"taskId", parent},
         {"customId", std::string("MJ::JOB::variation::2::") + job},
         {"strong", true},
         {"enableRemix", true}}
    ));
    const std::string id = told["result"];
    REQUIRE(answer_modal(s, id, json::object())["code"] == 1);
    CHECK(s.submission(id).request.image_weight == 25);
    CHECK(s.submission(id).request.pictures.at(0).n == 2);
}

TEST_CASE("a modal is answered once") {
    scene s;
    const std::string id = press_with(s, picked(s), "MJ::Inpaint::1::")["result"];
    const json body{{"maskBase64", half_mask()}};
    REQUIRE(answer_modal(s, id, body)["code"] == 1);
    check_action_refused(answer_modal(s, id, body), 4, "任务不在等待确认的状态");
    check_action_refused(answer_modal(s, "1999999999999999", body), 4, "关联任务不存在或已失效");
    check_action_refused(answer_modal(s, "", body), 4, "taskId不能为空");
    check_action_refused(answer_modal(s, s.finished_imagine(), body), 4, "任务不在等待确认的状态");
}

TEST_CASE("the same Idempotency-Key on a modal gives the same answer again") {
    scene s;
    const std::string id = press_with(s, picked(s), "MJ::Inpaint::1::")["result"];
    const json body{{"taskId", id}, {"maskBase64", half_mask()}};
    const header_list key{{"Idempotency-Key", "k"}};
    CHECK(json_of(s.post("/mj/submit/modal", body, key))["result"] == id);
    const auto again = s.post("/mj/submit/modal", body, key);
    CHECK(json_of(again)["code"] == 1);
    CHECK(json_of(again)["result"] == id);
    CHECK(again.headers.get("Idempotent-Replayed") == "true");
    json other = body;
    other["prompt"] = "another";
    CHECK(s.post("/mj/submit/modal", other, key).status == 422);
}

TEST_CASE("a task that waits for its modal can be cancelled") {
    scene s;
    const std::string id = press_with(s, picked(s), "MJ::Inpaint::1::")["result"];
    CHECK(json_of(s.post("/mj/task/" + id + "/cancel", json::object()))["code"] == 1);
    check_action_refused(
        answer_modal(s, id, {{"maskBase64", half_mask()}}), 4, "任务不在等待确认的状态"
    );
}

TEST_CASE("what no configured backend can do is code 3 at once, and has no button") {
    scene_options options;
    options.operations = {operation::generate};
    scene s(options);
    const std::string single = picked(s);
    for (const char* button :
         {"MJ::Inpaint::1::",
          "MJ::CustomZoom::1::",
          "MJ::Outpaint::50::1::",
          "MJ::Outpaint::100::1::",
          "MJ::JOB::pan_left::1::",
          "MJ::JOB::low_variation::1::",
          "MJ::JOB::upsample_v7_2x_subtle::1::"}) {
        CAPTURE(button);
        check_action_refused(press_with(s, single, button), 3, "无可用的账号实例");
    }
    const json view = json::parse(s.given(single).ended_view);
    REQUIRE(view["buttons"].size() == 2);
    CHECK(view["buttons"][0]["emoji"] == "❤️");
    CHECK(view["buttons"][1]["emoji"] == "🔄");
}

TEST_CASE("a region of an old picture is painted by a model that can, and noted") {
    scene s;
    const std::string single = picked(s, "a red fox --v 4");
    REQUIRE(s.submission(single).request.model == task::model::v1);
    const std::string id = press_with(s, single, "MJ::Inpaint::1::")["result"];
    REQUIRE(answer_modal(s, id, {{"maskBase64", half_mask()}})["code"] == 1);
    const auto made = s.submission(id);
    CHECK(made.request.model == task::model::v3);
    CHECK(std::any_of(made.notes.begin(), made.notes.end(), [](const std::string& note) {
        return mentions(note, "V_1") && mentions(note, "V_3 was used");
    }));
}

TEST_CASE("a picture that the parent does not have cannot be pressed") {
    scene s;
    const std::string parent = s.finished_imagine(2);
    check_action_refused(press_with(s, parent, "MJ::Outpaint::50::3::"), 4, "index参数错误");
    check_action_refused(press_with(s, parent, "MJ::Inpaint::4::"), 4, "index参数错误");
}

TEST_CASE("a region of a picture that is too large to be sent goes out smaller, mask and all") {
    scene s;
    store::bitmap large;
    large.width = 2400;
    large.height = 2000;
    large.rgb.assign(std::size_t{2400} * 2000 * 3, 90);
    const std::string parent = s.imagine();
    REQUIRE(s.images->put(parent, 1, *store::encode(large, store::picture_format::png)).has_value()
    );
    s.tasks.succeed(parent);
    const std::string id = press_with(s, parent, "MJ::Inpaint::1::")["result"];
    REQUIRE(answer_modal(s, id, {{"maskBase64", half_mask()}})["code"] == 1);
    const auto made = s.submission(id);
    CHECK(made.request.pictures.at(0).id != parent);
    const auto canvas = picture_of(s, made.request.pictures.at(0));
    const auto mask = picture_of(s, *made.request.mask);
    CHECK(canvas.width == mask.width);
    CHECK(canvas.height == mask.height);
    CHECK(std::size_t{canvas.width} * canvas.height <= 4 * 1024 * 1024);
    CHECK(grey_at(canvas, canvas.width - 1, canvas.height - 1) == 90);
    CHECK(grey_at(mask, 0, 0) == 0);
    CHECK(grey_at(mask, mask.width - 1, 0) == 255);
}

TEST_CASE("two answers of one modal store their masks apart") {
    scene s;
    const std::string first = press_with(s, picked(s), "MJ::Inpaint::1::")["result"];
    REQUIRE(answer_modal(s, first, {{"maskBase64", half_mask()}})["code"] == 1);
    const auto mask = *s.submission(first).request.mask;
    CHECK(mask.id != first);
    CHECK_FALSE(s.images->find(first, mask.n).has_value());
}
