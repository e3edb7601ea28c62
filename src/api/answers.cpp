#include "answers.hpp"

#include "imagined/base/log.hpp"
#include "imagined/task/json_text.hpp"
#include "texts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

constexpr int unavailable_retry_seconds = 1;
constexpr int paused_retry_seconds = 30; // somebody has to turn it on again

// How a submit's body begins.
std::string code_text(code what) {
    return "{\"code\":" + std::to_string(static_cast<int>(what)) + ',';
}

std::string answer_text(
    code what,
    std::string_view description,
    std::string_view result,
    std::string_view properties,
    std::string_view message
) {
    std::string body;
    body.reserve(64 + description.size() + result.size() + properties.size() + message.size());
    body.append(code_text(what)).append("\"description\":");
    task::append_json_string(body, description);
    body.append(",\"result\":").append(result);
    body.append(",\"properties\":").append(properties);
    if (!message.empty()) {
        body.append(",\"message\":");
        task::append_json_string(body, message);
    }
    body.append("}");
    return body;
}

int status_of(failure_kind kind) {
    switch (kind) {
    case failure_kind::not_found:
        return 404;
    case failure_kind::conflict:
        return 409;
    case failure_kind::throttled:
    case failure_kind::unavailable:
    case failure_kind::cancelled:
        return 503;
    case failure_kind::invalid:
    case failure_kind::rejected:
    case failure_kind::corrupt:
        break;
    }
    return 500;
}

} // namespace

std::string json_string(std::string_view text) {
    std::string quoted;
    quoted.reserve(text.size() + 2);
    task::append_json_string(quoted, text);
    return quoted;
}

http::response json_answer(int status, std::string body) {
    http::response answer;
    answer.status = status;
    answer.headers.add("Content-Type", json_type);
    answer.body = std::move(body);
    return answer;
}

std::string submit_body(
    code what, std::string_view description, std::string_view result, std::string_view properties
) {
    return answer_text(what, description, result, properties, {});
}

http::response
refusal(code what, const task::bilingual& why, task::language in, std::string_view properties) {
    return json_answer(200, submit_body(what, why.in(in), "null", properties));
}

bool tells_of_a_task(const http::response& answer) {
    constexpr std::array accepting{code::accepted, code::modal, code::in_queue};
    return answer.status < 400
           && std::ranges::any_of(
               accepting, [&](code what) { return answer.text().starts_with(code_text(what)); }
           );
}

http::response intake_paused(task::language in) {
    constexpr std::string_view properties = R"({"discordInstanceId":"imagined","intake":"paused"})";
    http::response answer = refusal(code::queue_full, texts::intake_paused, in, properties);
    answer.headers.set("Retry-After", std::to_string(paused_retry_seconds));
    return answer;
}

bool says_intake_paused(const nlohmann::json& body) {
    const auto properties = body.find("properties");
    return properties != body.end() && properties->is_object()
           && properties->value("intake", nlohmann::json()) == "paused";
}

http::response rate_limited(std::string_view rate, milliseconds retry_after, task::language in) {
    const auto wait = std::max(seconds(1), std::chrono::ceil<seconds>(retry_after)).count();
    const std::string properties =
        R"({"discordInstanceId":"imagined","rate":)" + json_string(rate) + "}";
    const auto why = fmt::format(fmt::runtime(texts::rate_limited.in(in)), rate, wait);
    http::response answer =
        json_answer(200, submit_body(code::queue_full, why, "null", properties));
    answer.headers.set("Retry-After", std::to_string(wait));
    return answer;
}

bool says_rate_limited(const nlohmann::json& body) {
    const auto properties = body.find("properties");
    return properties != body.end() && properties->is_object() && properties->contains("rate");
}

http::response problem(int status, const task::bilingual& why, task::language in) {
    const code what = status < 500 ? code::bad_request : code::failed;
    const std::string& text = why.in(in);
    return json_answer(status, answer_text(what, text, "null", no_properties, text));
}

http::response from_failure(const failure& cause, std::string_view doing, task::language in) {
    const int status = status_of(cause.kind);
    if (status == 404) {
        return problem(status, texts::no_task, in);
    }
    log::warning("a request failed", {{"doing", std::string(doing)}, {"cause", cause.detail}});
    if (status == 503) {
        return try_later(texts::unavailable, unavailable_retry_seconds, in);
    }
    return problem(status, texts::system_error, in);
}

std::string seat_text(const task::bilingual& why, const seats::full& met, task::language in) {
    const auto& whose = met.own ? texts::each_caller : texts::all_callers;
    return fmt::format(fmt::runtime(why.in(in)), whose.in(in), met.limit);
}

http::response try_later(const task::bilingual& why, int seconds, task::language in) {
    http::response answer = problem(503, why, in);
    answer.headers.add("Retry-After", std::to_string(seconds));
    return answer;
}

} // namespace imagined::api
