#include "imagined/http/body_stream.hpp"
#include "openai/model_names.hpp"
#include "openai/read_request.hpp"
#include "scene.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/http/multipart.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

const std::string generations_path = "/v1/images/generations";
const std::string edits_path = "/v1/images/edits";

// The task that a request made, which is not waited for.
std::string detached(scene& s, const std::string& path, json body, const header_list& more = {}) {
    body["async"] = true;
    const auto answer = s.post(path, body, more);
    REQUIRE_MESSAGE(answer.status == 202, answer.text());
    const json told = json_of(answer);
    CHECK(told["id"] == told["task_id"]);
    CHECK(answer.headers.get("Imagined-Task-Id") == told["id"].get<std::string>());
    return told["id"];
}

task::submission openai_drawing(scene& s, const json& more = json::object()) {
    json body{{"prompt", "a red fox"}};
    body.update(more);
    return s.submission(detached(s, generations_path, body));
}

json openai_error_of(const http::response& answer, int status) {
    CHECK_MESSAGE(answer.status == status, answer.text());
    const json told = json_of(answer);
    REQUIRE(told.contains("error"));
    CHECK(told["error"]["message"].get<std::string>().size() > 3);
    return told["error"];
}

json openai_refusal(scene& s, const json& more, const std::string& path = generations_path) {
    json body{{"prompt", "a red fox"}};
    body.update(more);
    const json error = openai_error_of(s.post(path, body), 400);
    CHECK(s.tasks.empty());
    return error;
}

// Whole, however it is sent.
std::string whole_text(scene& s, http::response& answer) {
    const auto* stream = std::get_if<std::shared_ptr<http::body_stream>>(&answer.body);
    if (stream == nullptr) {
        return std::string(answer.text());
    }
    std::string whole;
    s.run([&]() -> awaitable<> {
        for (std::string piece = co_await (*stream)->next(); !piece.empty();) {
            whole += piece;
            piece = co_await (*stream)->next();
        }
    });
    return whole;
}

void finish_drawing(
    scene& s, const std::string& id, int count, const std::string& picture = png(3)
) {
    for (int n = 0; n <= count; ++n) {
        REQUIRE(s.images->put(id, n, picture).has_value());
    }
    s.tasks.succeed(id);
}

// The answer to a request that was held until the task had `count` pictures.
http::response
held_drawing(scene& s, const json& body, int count = 1, const std::string& picture = png(3)) {
    const header_list key{{"Idempotency-Key", "one"}};
    const auto first = s.send("POST", generations_path + "?async=true", body.dump(), key);
    REQUIRE_MESSAGE(first.status == 202, first.text());
    finish_drawing(s, json_of(first)["id"], count, picture);
    return s.post(generations_path, body, key);
}

http::response post_form(scene& s, const std::string& path, const std::vector<http::part>& parts) {
    const auto form = http::write_multipart(parts);
    return s.send("POST", path, form.body, {{"Content-Type", form.content_type}});
}

// A PNG whose left half is transparent, 2x1, or none of it.
std::string alpha_mask(bool with_hole) {
    const std::string hole = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGPg"
                             "EpFjOJFi9B8AB0gCms8VXPwAAAAASUVORK5CYII=";
    return with_hole ? *from_base64(hole) : png(0, 8);
}

} // namespace

TEST_CASE("what OpenAI's clients ask for becomes what Ideogram is asked") {
    scene s;
    const auto plain = openai_drawing(s);
    CHECK(plain.what == task::action::imagine);
    CHECK(plain.prompt == "a red fox");
    CHECK(plain.request.what == operation::generate);
    CHECK(plain.request.model == task::model::v3);
    CHECK(plain.request.images == 1);
    CHECK(!plain.request.aspect);
    CHECK(!plain.handed.inlined);
    const auto rich = openai_drawing(
        s,
        {{"model", "gpt-image-1"},
         {"n", "10"},
         {"size", "1536x1024"},
         {"quality", "high"},
         {"output_format", "webp"},
         {"output_compression", 40},
         {"seed", 7}}
    );
    CHECK(rich.request.images == 10);
    CHECK(rich.request.aspect == task::ratio{1536, 1024});
    CHECK(rich.request.speed == task::rendering_speed::quality);
    CHECK(rich.request.seed == 7);
    CHECK(rich.handed == task::handing_out{true, "webp", 40});
    CHECK(openai_drawing(s, {{"quality", "low"}}).request.speed == task::rendering_speed::turbo);
    CHECK(
        openai_drawing(s, {{"quality", "standard"}}).request.speed
        == task::rendering_speed::standard
    );
    const auto clear = openai_drawing(s, {{"background", "transparent"}});
    CHECK(clear.request.what == operation::generate_transparent);
    CHECK(openai_drawing(s, {{"size", "auto"}, {"n", nullptr}}).request.images == 1);
}

TEST_CASE("nothing in the prompt is a flag") {
    scene s;
    const auto made =
        openai_drawing(s, {{"prompt", " https://x.example/a.png fox --ar 3:2 {a, b} "}});
    CHECK(made.request.prompt == "https://x.example/a.png fox --ar 3:2 {a, b}");
    CHECK(!made.request.aspect);
    CHECK(made.request.pictures.empty());
}

TEST_CASE("models have names of ours, of versions, and of OpenAI's") {
    scene s;
    CHECK(
        openai_drawing(s, {{"model", "ideogram-v2a-turbo"}}).request.model == task::model::v2a_turbo
    );
    CHECK(openai_drawing(s, {{"model", "Ideogram-V1"}}).request.model == task::model::v1);
    CHECK(openai_drawing(s, {{"model", "5"}}).request.model == task::model::v2);
    CHECK(openai_drawing(s, {{"model", "6.1"}}).request.model == task::model::v3);
    CHECK(openai_drawing(s, {{"model", "niji"}}).request.style_type == "ANIME");
    CHECK(openai_drawing(s, {{"model", "dall-e-3"}}).request.model == task::model::v3);
    CHECK(!openai_drawing(s, {{"model", "dall-e-3"}}).handed.inlined);
    CHECK(openai_drawing(s, {{"model", "gpt-image-2"}}).handed.inlined);
    CHECK(!openai_drawing(s, {{"model", "gpt-image-2"}, {"response_format", "url"}}).handed.inlined
    );
    CHECK(openai_drawing(s, {{"response_format", "b64_json"}}).handed.inlined);
    const json error =
        openai_error_of(s.post(generations_path, {{"prompt", "a"}, {"model", "flux"}}), 404);
    CHECK(error["code"] == "model_not_found");
    CHECK(error["param"] == "model");
}

TEST_CASE("the list of models has what a backend draws with, and nothing else") {
    scene_options options;
    options.models = {task::model::v2, task::model::v3};
    scene s(options);
    const json told = json_of(s.get("/v1/models"));
    CHECK(told["object"] == "list");
    std::vector<std::string> names;
    for (const auto& one : told["data"]) {
        CHECK(one["object"] == "model");
        CHECK(one["created"].is_number_integer());
        names.push_back(one["id"]);
    }
    CHECK(names == std::vector<std::string>{"ideogram-v2", "ideogram-v3"});
    CHECK(json_of(s.get("/v1/models/ideogram-v2"))["id"] == "ideogram-v2");
    CHECK(json_of(s.get("/v1/models/gpt-image-1"))["id"] == "gpt-image-1");
    for (const char* name : {"ideogram-v1", "flux"}) {
        CHECK(
            openai_error_of(s.get(std::string("/v1/models/") + name), 404)["code"]
            == "model_not_found"
        );
        const json error =
            openai_error_of(s.post(generations_path, {{"prompt", "a"}, {"model", name}}), 404);
        CHECK(error["param"] == "model");
    }
}

TEST_CASE("what cannot be meant is refused by its name") {
    scene s;
    const std::vector<std::pair<json, std::string>> wrongs{
        {{{"prompt", ""}}, "prompt"},
        {{{"prompt", nullptr}}, "prompt"},
        {{{"prompt", 7}}, "prompt"},
        {{{"prompt", std::string(10001, 'a')}}, "prompt"},
        {{{"n", 0}}, "n"},
        {{{"n", 11}}, "n"},
        {{{"n", "many"}}, "n"},
        {{{"size", "big"}}, "size"},
        {{{"size", "1024"}}, "size"},
        {{{"size", "1024x"}}, "size"},
        {{{"size", "0x1024"}}, "size"},
        {{{"size", "1024x1024x3"}}, "size"},
        {{{"size", "-1x1"}}, "size"},
        {{{"size", 1024}}, "size"},
        {{{"quality", "ultra"}}, "quality"},
        {{{"response_format", "png"}}, "response_format"},
        {{{"background", "blue"}}, "background"},
        {{{"background", "transparent"}, {"output_format", "jpeg"}}, "background"},
        {{{"output_format", "gif"}}, "output_format"},
        {{{"output_compression", 101}, {"output_format", "webp"}}, "output_compression"},
        {{{"output_compression", 50}}, "output_compression"},
        {{{"stream", "perhaps"}}, "stream"},
        {{{"seed", -1}}, "seed"},
        {{{"async", 2}}, "async"},
        {{{"notifyHook", "http://10.0.0.1/"}}, "notifyHook"},
        {{{"model", json::array({1})}}, "model"}
    };
    for (const auto& [more, name] : wrongs) {
        CAPTURE(more.dump());
        const json error = openai_refusal(s, more);
        CHECK(error["param"] == name);
        CHECK(error["type"] == "invalid_request_error");
        CHECK(mentions(error["message"].get<std::string>(), name));
    }
    openai_error_of(s.send("POST", generations_path, "{"), 400);
    openai_error_of(s.send("POST", generations_path, "[]"), 400);
}

TEST_CASE("what is of no consequence is taken and noted") {
    scene s;
    const auto made = openai_drawing(
        s,
        {{"moderation", "low"},
         {"style", "vivid"},
         {"user", "u-1"},
         {"partial_images", 2},
         {"unheard_of", {{"a", 1}}}}
    );
    CHECK(made.notes.size() == 4);
}

TEST_CASE("what no backend does is told of the field that asked for it") {
    scene_options options;
    options.models = {task::model::v2};
    scene s(options);
    CHECK(openai_refusal(s, {{"background", "transparent"}})["param"] == "background");
    options.operations = {operation::generate};
    scene without(options);
    json body{{"image", to_base64(png(7, 16))}, {"model", "ideogram-v2"}};
    CHECK(openai_refusal(without, body, edits_path)["param"] == "model");
    CHECK(openai_refusal(without, {{"image", to_base64(png(7, 16))}}, edits_path)["param"].is_null()
    );
}

TEST_CASE("errors have OpenAI's shape on every path below its own, in English unless asked") {
    scene_options options;
    options.api.api_keys = {"a key"};
    scene s(options);
    const json error = openai_error_of(s.get("/v1/models"), 401);
    CHECK(error["code"] == "invalid_api_key");
    CHECK(error["param"].is_null());
    const header_list key{{"Authorization", "Bearer a key"}};
    openai_error_of(s.get("/v1/images/nothing", key), 404);
    openai_error_of(s.get(generations_path, key), 405);
    openai_error_of(s.get(generations_path + "/1760000000000001", key), 404);
    openai_error_of(s.get(generations_path + "/nonsense", key), 404);
    const std::string sentence = openai_error_of(
        s.post(generations_path, {{"prompt", "a"}, {"n", 0}}, {key[0], {"Accept-Language", "*"}}),
        400
    )["message"];
    CHECK(mentions(sentence, "expected"));
    const auto chinese = s.post(
        generations_path, {{"prompt", "a"}, {"n", 0}}, {key[0], {"Accept-Language", "zh-CN"}}
    );
    CHECK(mentions(chinese.text(), "应为"));
}

TEST_CASE("refusals have the statuses that OpenAI's clients know") {
    scene_options options;
    options.api.banned_words = {"forbidden"};
    scene s(options);
    const json banned =
        openai_error_of(s.post(generations_path, {{"prompt", "a forbidden fox"}}), 400);
    CHECK(banned["code"] == "content_policy_violation");
    CHECK(banned["param"] == "prompt");
    s.tasks.refuse_submits(queue::submitted::verdict::caller_full);
    const auto full = s.post(generations_path, {{"prompt", "a fox"}});
    CHECK(openai_error_of(full, 429)["code"] == "rate_limit_exceeded");
    CHECK(!full.headers.get("Retry-After").empty());
    s.tasks.refuse.reset();
    s.door.outage = failure{failure_kind::unavailable, "gone"};
    const auto gone = s.post(generations_path, {{"prompt", "a fox"}});
    openai_error_of(gone, 503);
    CHECK(!gone.headers.has("x-should-retry"));
}

TEST_CASE("the pictures are answered with their addresses") {
    scene s;
    auto answer = held_drawing(s, {{"prompt", "a fox"}, {"n", 2}, {"quality", "low"}}, 2);
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("x-should-retry") == "false");
    const std::string id(answer.headers.get("Imagined-Task-Id"));
    const json told = json::parse(whole_text(s, answer));
    CHECK(told["created"].is_number_integer());
    REQUIRE(told["data"].size() == 2);
    CHECK(told["data"][1] == json{{"url", "http://pictures.example/mj/image/" + id + "/2"}});
    CHECK(told["quality"] == "low");
    CHECK(told["size"] == "8x8");
    CHECK(told["output_format"] == "png");
    CHECK(told["background"] == "opaque");
    CHECK(told["usage"].is_null());
}

TEST_CASE("base64 comes piece by piece, and is the picture") {
    scene s;
    const std::string large = png(9, 700);
    auto answer =
        held_drawing(s, {{"prompt", "a fox"}, {"n", 2}, {"response_format", "b64_json"}}, 2, large);
    CHECK(std::holds_alternative<std::shared_ptr<http::body_stream>>(answer.body));
    CHECK(answer.headers.get("Content-Type").starts_with("application/json"));
    const json told = json::parse(whole_text(s, answer));
    REQUIRE(told["data"].size() == 2);
    for (const auto& one : told["data"]) {
        CHECK(one["b64_json"] == to_base64(large));
        CHECK(!one.contains("url"));
    }
}

TEST_CASE("a stream has one event a picture") {
    scene s;
    auto answer = held_drawing(s, {{"prompt", "a fox"}, {"n", 2}, {"stream", true}}, 2);
    CHECK(answer.headers.get("Content-Type") == "text/event-stream");
    const std::string text = whole_text(s, answer);
    std::size_t events = 0;
    for (std::size_t at = 0; (at = text.find("data: ", at)) != std::string::npos; ++events) {
        at += 6;
        const json told = json::parse(text.substr(at, text.find('\n', at) - at));
        CHECK(told["type"] == "image_generation.completed");
        CHECK(told["b64_json"] == to_base64(png(3)));
        CHECK(told["created_at"].is_number_integer());
        CHECK(told["size"] == "8x8");
    }
    CHECK(events == 2);
    CHECK(text.starts_with("event: image_generation.completed\n"));
    CHECK(text.ends_with("\n\n"));
}

TEST_CASE("pictures are handed out in the format that was asked for") {
    scene s;
    auto answer = held_drawing(s, {{"prompt", "a fox"}, {"output_format", "jpeg"}});
    const json told = json::parse(whole_text(s, answer));
    CHECK(told["output_format"] == "jpeg");
    const std::string id(answer.headers.get("Imagined-Task-Id"));
    const std::string address = told["data"][0]["url"];
    const auto shown = s.get(address.substr(std::string("http://pictures.example").size()));
    CHECK(shown.status == 200);
    CHECK(shown.headers.get("Content-Type") == "image/jpeg");
    const json again = json_of(s.get(generations_path + "/" + id));
    CHECK(again["data"][0]["url"] == address);
    CHECK(store::sniff(*s.images->read(id, 1))->format == store::picture_format::png);
}

TEST_CASE("a poll tells where the task stands") {
    scene s;
    const std::string id = detached(s, generations_path, {{"prompt", "a fox"}});
    const auto poll = [&s, &id] { return json_of(s.get("/v1/images/edits/" + id)); };
    json told = poll();
    CHECK(told["status"] == "queued");
    CHECK(told["created_at"].is_number_integer());
    CHECK(!told.contains("data"));
    s.tasks.step(id, task::state::calling, {task::event_kind::submitted});
    CHECK(poll()["status"] == "in_progress");
    finish_drawing(s, id, 1);
    told = poll();
    CHECK(told["status"] == "completed");
    CHECK(told["data"].size() == 1);
    CHECK(told["id"] == id);
    const std::string failed = detached(s, generations_path, {{"prompt", "a hen"}});
    s.tasks.step(failed, task::state::failure, {task::event_kind::submitted});
    s.tasks.at(failed).record.fail_code = task::fail_code::ambiguous_upstream_outcome;
    told = json_of(s.get(generations_path + "/" + failed));
    CHECK(told["status"] == "failed");
    CHECK(told["error"]["code"] == "server_error");
    CHECK(told["error"]["message"].is_string());
    CHECK(!told.contains("data"));
}

TEST_CASE("how a task failed is told by status, and that it is not to be repeated") {
    using task::fail_code;
    const std::vector<std::tuple<fail_code, int, std::string>> ends{
        {fail_code::content_rejected, 400, "content_policy_violation"},
        {fail_code::invalid_request, 400, "invalid_request"},
        {fail_code::ambiguous_upstream_outcome, 504, "server_error"},
        {fail_code::timeout, 503, "timeout"},
        {fail_code::budget, 402, "insufficient_quota"},
        {fail_code::cancelled, 409, "cancelled"},
        {fail_code::storage_failed, 500, "internal_error"},
        {fail_code::no_picture, 502, "upstream_error"},
        {fail_code::backend_refused, 502, "upstream_error"}
    };
    scene s;
    for (const auto& [code, status, word] : ends) {
        CAPTURE(word);
        const header_list key{{"Idempotency-Key", std::string(task::to_string(code))}};
        const json body{{"prompt", "a fox"}};
        const auto first = s.send("POST", generations_path + "?async=1", body.dump(), key);
        const std::string id = json_of(first)["id"];
        s.tasks.step(id, task::state::failure, {task::event_kind::submitted});
        s.tasks.at(id).record.fail_code = code;
        s.tasks.at(id).record.fail_reason = "because";
        const auto answer = s.post(generations_path, body, key);
        const json error = openai_error_of(answer, status);
        CHECK(error["code"] == word);
        CHECK(error["message"] == "because");
        CHECK(answer.headers.get("x-should-retry") == "false");
        CHECK(answer.headers.get("Imagined-Task-Id") == id);
    }
}

TEST_CASE("a repetition that says so joins the task, anything else is a new one") {
    scene_options options;
    options.api.callers.push_back({.name = "bot", .key = "bot-key"});
    options.api.api_keys = {"a key"};
    scene s(options);
    const header_list own{{"Authorization", "Bearer a key"}};
    const auto sent = [&](const std::string& prompt, const char* count, header_list as) {
        as.emplace_back("X-Stainless-Retry-Count", count);
        return detached(s, generations_path, {{"prompt", prompt}}, as);
    };
    const std::string first = sent("a fox", "0", own);
    CHECK(sent("a fox", "1", own) == first);
    CHECK(sent("a fox", "2", own) == first);
    CHECK(sent("a hen", "1", own) != first);
    CHECK(sent("a fox", "1", {{"Authorization", "Bearer bot-key"}}) != first);
    const std::string second = sent("a fox", "0", own);
    CHECK(second != first);
    CHECK(sent("a fox", "1", own) == second);
    const auto keyed = s.post(
        generations_path + "?async=true",
        {{"prompt", "a fox"}},
        {own[0], {"X-Stainless-Retry-Count", "1"}, {"Idempotency-Key", "k"}}
    );
    CHECK(json_of(keyed)["id"] != second);
}

TEST_CASE("a form means what its fields mean, whatever its boundary") {
    scene s;
    const std::vector<http::part> parts{
        {"prompt", "", "", "a blue fox"},
        {"n", "", "", "2"},
        {"size", "", "", "1024x1536"},
        {"async", "", "", "true"},
        {"image", "a.png", "image/png", png(7, 16)}
    };
    const auto answer = post_form(s, edits_path, parts);
    REQUIRE_MESSAGE(answer.status == 202, answer.text());
    const auto made = s.submission(json_of(answer)["id"]);
    CHECK(made.what == task::action::edit);
    CHECK(made.request.what == operation::instruct_edit);
    CHECK(made.request.images == 2);
    CHECK(made.request.prompt == "a blue fox");
    REQUIRE(made.request.pictures.size() == 1);
    CHECK(*s.images->read(made.request.pictures[0].id, made.request.pictures[0].n) == png(7, 16));
    http::request one;
    http::request other;
    for (auto* each : {&one, &other}) {
        const auto form = http::write_multipart(parts);
        each->headers.set("Content-Type", form.content_type);
        each->body = form.body;
    }
    using kind = submit::plain_wish::kind;
    const auto first = api::read_openai_request(kind::edit, one);
    const auto second = api::read_openai_request(kind::edit, other);
    CHECK(one.body != other.body);
    CHECK(
        std::get<api::openai_request>(first).digest == std::get<api::openai_request>(second).digest
    );
    openai_error_of(
        s.send("POST", edits_path, "no form", {{"Content-Type", "multipart/form-data"}}), 400
    );
}

TEST_CASE("several pictures of an edit all go to an operation that takes them") {
    scene s;
    const auto answer = post_form(
        s,
        edits_path,
        {{"prompt", "", "", "side by side"},
         {"async", "", "", "true"},
         {"image[]", "a.png", "image/png", png(7, 16)},
         {"image[]", "b.png", "image/png", png(9, 16)}}
    );
    REQUIRE_MESSAGE(answer.status == 202, answer.text());
    CHECK(s.submission(json_of(answer)["id"]).request.pictures.size() == 2);
    const json as_json{
        {"prompt", "side by side"},
        {"images", {{{"image_url", to_base64(png(7, 16))}}, to_base64(png(9, 16))}}
    };
    CHECK(s.submission(detached(s, edits_path, as_json)).request.pictures.size() == 2);
}

TEST_CASE("what is transparent in a mask is drawn anew") {
    scene s;
    const json body{
        {"prompt", "a hat"}, {"image", to_base64(png(7, 16))}, {"mask", to_base64(alpha_mask(true))}
    };
    const auto made = s.submission(detached(s, edits_path, body));
    CHECK(made.request.what == operation::inpaint);
    REQUIRE(made.request.mask.has_value());
    const auto mask = store::decode(*s.images->read(made.request.mask->id, made.request.mask->n));
    REQUIRE(mask.has_value());
    CHECK(mask->width == 16);
    CHECK(mask->rgb.front() == 0);
    CHECK(mask->rgb.back() == 255);
}

TEST_CASE("a mask without anything transparent is refused") {
    scene s;
    const json error = openai_refusal(
        s, {{"image", to_base64(png(7, 16))}, {"mask", to_base64(alpha_mask(false))}}, edits_path
    );
    CHECK(error["param"] == "mask");
    CHECK(mentions(error["message"].get<std::string>(), "alpha"));
    CHECK(
        openai_refusal(s, {{"image", to_base64(png(7, 16))}, {"mask", "!!"}}, edits_path)["param"]
        == "mask"
    );
}

TEST_CASE("an edit or a variation without a picture, or with one that is none, is refused") {
    scene s;
    for (const std::string& path : {edits_path, std::string("/v1/images/variations")}) {
        CHECK(openai_refusal(s, json::object(), path)["param"] == "image");
        CHECK(openai_refusal(s, {{"image", "!!"}}, path)["param"] == "image");
    }
}

TEST_CASE("a variation is a remix that needs no words") {
    scene s;
    const auto answer = post_form(
        s,
        "/v1/images/variations",
        {{"n", "", "", "3"}, {"async", "", "", "1"}, {"image", "a.png", "image/png", png(7, 16)}}
    );
    REQUIRE_MESSAGE(answer.status == 202, answer.text());
    const auto made = s.submission(json_of(answer)["id"]);
    CHECK(made.what == task::action::variation);
    CHECK(made.request.what == operation::remix);
    CHECK(made.request.images == 3);
    CHECK(!made.request.prompt.empty());
    CHECK(made.request.aspect == task::ratio{16, 8});
}
