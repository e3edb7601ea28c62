// One refusal, in the words of all three fronts.
#include "answers/answers.hpp"
#include "answers/ideogram_error.hpp"
#include "answers/problem.hpp"
#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using api::code;
using api::refusal;
using api::refuse;
using nlohmann::json;

namespace {

const task::bilingual why{"为何", "why"};

refusal refuse_with(void (*change)(refusal& made)) {
    refusal made = refuse(code::queue_full, why);
    change(made);
    return made;
}

struct told {
    refusal why;
    int in_mj;
    int in_problems;
    const char* type;
    int in_ideograms;
};

const std::vector<told>& table() {
    static const std::vector<told> all{
        {refuse(why), 200, 400, "invalid-request", 400},
        {api::refuse_with_status(400, why), 400, 400, "invalid-request", 400},
        {submit::refuse_unserved(), 200, 422, "not-offered", 503},
        {refuse(code::banned, why), 200, 422, "prompt-banned", 422},
        {refuse(code::queue_full, why), 200, 429, "queue-full", 429},
        {refuse_with([](refusal& made) { made.rate = "60/m"; }), 200, 429, "rate-limited", 429},
        {refuse_with([](refusal& made) { made.intake_paused = true; }),
         200,
         503,
         "intake-paused",
         503},
        {api::refuse_with_status(422, why), 422, 422, "idempotency-key-reused", 422},
        {api::refuse_for_now(why, seconds(7)), 503, 503, "unavailable", 503},
        {api::refuse_with_status(500, why), 500, 500, "internal", 500},
    };
    return all;
}

} // namespace

TEST_CASE("each front says no with the status that its clients know") {
    for (const told& one : table()) {
        CAPTURE(one.type);
        const auto mj = api::show(one.why, task::language::en);
        CHECK(mj.status == one.in_mj);
        CHECK(json_of(mj)["code"] == static_cast<int>(one.why.what));
        CHECK(json_of(mj)["result"].is_null());
        const auto document = api::problem_answer(one.why, task::language::en);
        CHECK(document.status == one.in_problems);
        CHECK(json_of(document)["status"] == one.in_problems);
        CHECK(json_of(document)["type"] == "urn:imagined:problem:" + std::string(one.type));
        const auto native = api::ideogram_error(one.why);
        CHECK(native.status == one.in_ideograms);
        CHECK(json_of(native)["error"] == one.why.why.en);
    }
}

TEST_CASE("a refusal speaks the reader's language, and Ideogram's clients read English") {
    CHECK(json_of(api::show(refuse(why), task::language::zh))["description"] == "为何");
    CHECK(json_of(api::show(refuse(why), task::language::en))["description"] == "why");
    CHECK(json_of(api::problem_answer(refuse(why), task::language::zh))["detail"] == "为何");
    CHECK(json_of(api::ideogram_error(refuse(why)))["message"] == "why");
}

TEST_CASE("what is known of limits and of waiting is told by every front") {
    refusal full = refuse(code::queue_full, why);
    full.left = submit::limits{{100, 0}, submit::limits::limit{10, 3}};
    full.retry_after = seconds(7);
    for (const auto& answer :
         {api::show(full, task::language::en),
          api::problem_answer(full, task::language::en),
          api::ideogram_error(full)}) {
        CHECK(answer.headers.get("RateLimit") == R"("queue";r=0, "caller";r=3)");
        CHECK(answer.headers.get("Retry-After") == "7");
    }
    // A client that is told to come again is told when, even where nothing is known.
    full.retry_after = seconds(0);
    CHECK_FALSE(api::show(full, task::language::en).headers.has("Retry-After"));
    CHECK(api::problem_answer(full, task::language::en).headers.has("Retry-After"));
    CHECK(api::ideogram_error(full).headers.has("Retry-After"));
}

TEST_CASE("a banned word is named beside its prompt, with every character as it was") {
    refusal made = refuse(code::banned, why);
    made.banned = refusal::banned_word{"a \"gory\" scene", "gory"};
    for (const auto& answer : {api::show(made, task::language::en), api::ideogram_error(made)}) {
        const json properties = json_of(answer)["properties"];
        CHECK(properties["promptEn"] == "a \"gory\" scene");
        CHECK(properties["bannedWord"] == "gory");
    }
}
