#include "answers/answers.hpp"

#include "answers/texts.hpp"
#include "imagined/task/json_text.hpp"

#include <fmt/format.h>

namespace imagined::api {

namespace {

std::string body_text(
    code what,
    std::string_view description,
    std::string_view result,
    std::string_view properties,
    std::string_view message
) {
    std::string body;
    body.reserve(64 + description.size() + result.size() + properties.size() + message.size());
    body.append("{\"code\":").append(std::to_string(static_cast<int>(what)));
    body.append(",\"description\":");
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
    return body_text(what, description, result, properties, {});
}

std::string properties_of(const refusal& why) {
    if (why.banned) {
        return "{\"promptEn\":" + json_string(why.banned->prompt)
               + ",\"bannedWord\":" + json_string(why.banned->word) + "}";
    }
    if (why.rate) {
        return R"({"discordInstanceId":"imagined","rate":)" + json_string(*why.rate) + "}";
    }
    if (why.intake_paused) {
        return R"({"discordInstanceId":"imagined","intake":"paused"})";
    }
    return std::string(why.what == code::queue_full ? instance_properties : no_properties);
}

http::response show(const refusal& why, task::language in) {
    const bool error = why.status != 0;
    const std::string& text = why.why.in(in);
    http::response answer = json_answer(
        error ? why.status : 200,
        body_text(why.what, text, "null", properties_of(why), error ? text : std::string())
    );
    mark_refusal(answer, why);
    return answer;
}

void mark_refusal(http::response& answer, const refusal& why) {
    if (why.retry_after > seconds(0)) {
        answer.headers.set("Retry-After", std::to_string(why.retry_after.count()));
    }
    if (why.left) {
        mark_limits(answer, *why.left);
    }
}

void mark_limits(http::response& answer, const submit::limits& left) {
    std::string policy = fmt::format(R"("queue";q={};qu="concurrent-requests")", left.queue.most);
    std::string state = fmt::format(R"("queue";r={})", left.queue.left);
    if (left.caller) {
        policy += fmt::format(R"(, "caller";q={};qu="concurrent-requests")", left.caller->most);
        state += fmt::format(R"(, "caller";r={})", left.caller->left);
    }
    answer.headers.set("RateLimit-Policy", policy);
    answer.headers.set("RateLimit", state);
}

std::string seat_text(const task::bilingual& why, const seats::full& met, task::language in) {
    const auto& whose = met.own ? texts::each_caller : texts::all_callers;
    return fmt::format(fmt::runtime(why.in(in)), whose.in(in), met.limit);
}

} // namespace imagined::api
