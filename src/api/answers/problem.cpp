#include "answers/problem.hpp"

#include "answers/answers.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::string_view type_prefix = "urn:imagined:problem:";
constexpr int queue_retry_seconds = 5;
constexpr int soon_seconds = 1;

const problem_kind& kind_of_code(code told) {
    switch (told) {
    case code::no_capability:
        return problems::not_offered;
    case code::queue_full:
        return problems::queue_full;
    case code::banned:
        return problems::banned;
    case code::failed:
        return problems::internal;
    default:
        return problems::invalid_request;
    }
}

const problem_kind& kind_of_status(int status) {
    switch (status) {
    case 401:
        return problems::unauthorized;
    case 403:
        return problems::forbidden;
    case 404:
        return problems::no_route;
    case 405:
        return problems::no_method;
    case 408:
        return problems::too_slow;
    case 413:
        return problems::too_large;
    case 415:
        return problems::unreadable;
    case 421:
        return problems::misdirected;
    case 422:
        return problems::key_reused;
    case 431:
        return problems::headers_too_large;
    case 503:
        return problems::unavailable;
    default:
        return status < 500 ? problems::invalid_request : problems::internal;
    }
}

const problem_kind& kind_of(const refusal& why) {
    return why.status != 0     ? kind_of_status(why.status)
           : why.intake_paused ? problems::intake_paused
           : why.forbidden     ? problems::forbidden
           : why.rate          ? problems::rate_limited
                               : kind_of_code(why.what);
}

} // namespace

http::response problem_answer(const problem_kind& kind, std::string_view detail) {
    json body{
        {"type", std::string(type_prefix).append(kind.name)},
        {"title", kind.title},
        {"status", kind.status},
        {"detail", detail},
        {"retryable", kind.retryable}
    };
    http::response answer;
    answer.status = kind.status;
    answer.headers.set("Content-Type", problem_type);
    if (kind.status == 429 || kind.status == 503) {
        const int wait = kind.status == 429 ? queue_retry_seconds : soon_seconds;
        answer.headers.set("Retry-After", std::to_string(wait));
    }
    answer.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return answer;
}

http::response
problem_answer(const problem_kind& kind, const task::bilingual& detail, task::language in) {
    return problem_answer(kind, detail.in(in));
}

http::response no_seat(
    const problem_kind& kind, const task::bilingual& why, const seats::full& met, task::language in
) {
    return problem_answer(kind, seat_text(why, met, in));
}

http::response problem_answer(const refusal& why, task::language in) {
    http::response answer = problem_answer(kind_of(why), why.why.in(in));
    mark_refusal(answer, why);
    return answer;
}

} // namespace imagined::api
