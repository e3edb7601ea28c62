#include "error_words.hpp"

#include "answers/answers.hpp"
#include "answers/ideogram_error.hpp"
#include "answers/openai_error.hpp"
#include "answers/problem.hpp"
#include "answers/rpc_error.hpp"

namespace imagined::api {

namespace {

constexpr std::string_view decides =
    "Accept-Language, Authorization, Cookie, Mj-Api-Secret, Api-Key";

} // namespace

task::language language_of(const http::request_head& head, const routed& found) {
    const std::string_view asked = head.headers.get("Accept-Language");
    switch (found.errors) {
    case speech::ideograms:
        return task::language::en;
    case speech::rpc:
    case speech::openais: // its packages name none, or "*"
        return asked.find("zh") == std::string_view::npos ? task::language::en
                                                          : task::preferred_language(asked);
    case speech::problems:
    case speech::midjourneys:
        break;
    }
    return task::preferred_language(asked);
}

http::response in_words_of(const routed& found, const refusal& why, task::language in) {
    switch (found.errors) {
    case speech::ideograms:
        return ideogram_error(why);
    case speech::problems:
        return problem_answer(why, in);
    case speech::openais:
        return openai_error(why, in);
    case speech::rpc:
        return rpc_error(why, in);
    case speech::midjourneys:
        break;
    }
    return show(why, in);
}

void mark_private(http::response& answer) {
    answer.headers.set("X-Content-Type-Options", "nosniff");
    const auto kept = answer.headers.get("Cache-Control");
    if (kept.starts_with("public")) {
        return;
    }
    if (kept.empty()) {
        answer.headers.set("Cache-Control", "no-store");
    }
    std::string vary(answer.headers.get("Vary"));
    answer.headers.set("Vary", vary.append(vary.empty() ? "" : ", ").append(decides));
}

} // namespace imagined::api
