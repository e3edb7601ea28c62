#include "imagined/task/submission.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace task = imagined::task;
using nlohmann::json;

namespace {

task::submission a_full_submission() {
    task::submission s;
    s.what = task::action::variation;
    s.prompt = "a red fox --ar 1:1";
    s.final_prompt = "a red fox";
    s.description = "/up 1320098173412546 V2";
    s.state = "{\"room\":\"\\u0000 \n\"}";
    s.notify_hook = "https://example.com/hook?a=b&c=\"d\"";
    s.public_url = "https://pictures.example.com";
    s.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    s.lang = task::language::en;
    s.mode = task::speed_mode::relax;
    s.bot_type = task::bot::niji_journey;
    s.parent_id = "1320098173412546";
    s.parent_index = 2;
    s.native = true;
    s.handed = {true, "webp", 40};
    s.request.prompt = "a red fox";
    s.request.seed = 5;
    s.notes = {"--chaos 5: no counterpart, ignored"};
    return s;
}

std::string submission_refusal(const std::string& text) {
    CAPTURE(text);
    const auto read = task::submission_from_text(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == imagined::failure_kind::corrupt);
    return read.error().detail;
}

} // namespace

TEST_CASE("a submission survives its text form") {
    const auto full = a_full_submission();
    CHECK(*task::submission_from_text(task::to_text(full)) == full);
    CHECK(*task::submission_from_text(task::to_text(task::submission{})) == task::submission{});
}

TEST_CASE("a text that repeats another is written once") {
    task::submission plain;
    plain.prompt = "a red fox in the snow";
    plain.final_prompt = plain.prompt;
    plain.description = "/imagine " + plain.prompt;
    plain.request.prompt = plain.prompt;
    const std::string text = task::to_text(plain);
    CHECK(text.find("fox") == text.rfind("fox"));
    CHECK(text.find("traceparent") == std::string::npos);
    CHECK(*task::submission_from_text(text) == plain);

    SUBCASE("another final prompt") {
        plain.final_prompt = "a fox";
    }
    SUBCASE("no final prompt") {
        plain.final_prompt.clear();
    }
    SUBCASE("another description") {
        plain.description = "/imagine";
    }
    SUBCASE("no description") {
        plain.description.clear();
    }
    SUBCASE("another prompt in the request") {
        plain.request.prompt = "a fox";
    }
    SUBCASE("no prompt in the request") {
        plain.request.prompt.clear();
    }
    SUBCASE("no prompt but the request's") {
        plain.prompt = plain.final_prompt = "";
    }
    CHECK(*task::submission_from_text(task::to_text(plain)) == plain);
}

TEST_CASE("the text form is one line and always UTF-8") {
    auto broken = a_full_submission();
    broken.state = "caf\xe9\nnext";
    const std::string text = task::to_text(broken);
    CHECK(text.find('\n') == std::string::npos);
    CHECK(task::submission_from_text(text)->state == "caf\xef\xbf\xbd\nnext");
}

TEST_CASE("what is not a submission is refused and named") {
    CHECK(submission_refusal("") == "submission is not JSON");
    CHECK(submission_refusal("{") == "submission is not JSON");
    CHECK(submission_refusal("[]") == "submission is not an object");
    CHECK(submission_refusal("{}") == "submission has no request");
    CHECK(submission_refusal(R"({"request":[]})") == "request is not an object");
    CHECK(submission_refusal(R"({"request":{"seed":-1}})") == "request.seed is unreadable");
}

TEST_CASE("each field of a wrong type is refused by name") {
    struct row {
        const char* key;
        const char* value;
    };

    constexpr row rows[] = {
        {"action", R"("DREAM")"},
        {"action", "null"},
        {"prompt", "1"},
        {"final_prompt", "[]"},
        {"description", "{}"},
        {"state", "null"},
        {"notify_hook", "1"},
        {"public_url", "true"},
        {"lang", R"("fr")"},
        {"mode", R"("SLOW")"},
        {"bot", R"("ROBOT")"},
        {"parent_id", "16"},
        {"parent_index", R"("2")"},
        {"native", "1"},
        {"notes", R"("x")"},
        {"notes", "[1]"},
    };
    for (const row& r : rows) {
        json object = json::parse(task::to_text(task::submission{}));
        object[r.key] = json::parse(r.value);
        CHECK(
            submission_refusal(object.dump())
            == "submission." + std::string(r.key) + " is unreadable"
        );
    }
}

TEST_CASE("an unknown key is ignored") {
    json object = json::parse(task::to_text(a_full_submission()));
    object["later"] = json::array({1, 2});
    CHECK(*task::submission_from_text(object.dump()) == a_full_submission());
}
