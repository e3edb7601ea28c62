#include "answers/openai_error.hpp"

#include "answers/answers.hpp"

#include <fmt/format.h>

namespace imagined::api {

namespace {

namespace kinds = openai_kinds;

constexpr int busy_retry_seconds = 5;

constexpr openai_kind rejected{400, kinds::invalid, "content_policy_violation"};
constexpr openai_kind broken{500, kinds::server, "internal_error"};
constexpr openai_kind no_money{402, "insufficient_quota", "insufficient_quota"};

openai_kind kind_of_openai_status(int status) {
    switch (status) {
    case 401:
        return {status, kinds::invalid, "invalid_api_key"};
    case 403:
        return {status, kinds::invalid, "permission_denied"};
    case 404:
        return kinds::no_task;
    case 405:
        return {status, kinds::invalid, "method_not_allowed"};
    case 408:
        return {status, kinds::invalid, "request_timeout"};
    case 413:
        return {status, kinds::invalid, "request_too_large"};
    case 415:
        return {status, kinds::invalid, "unsupported_media_type"};
    case 422:
        return {status, kinds::invalid, "idempotency_key_reused"};
    case 429:
        return kinds::too_many;
    case 503:
        return kinds::unavailable;
    default:
        return status < 500 ? openai_kind{status, kinds::invalid, "invalid_request"} : broken;
    }
}

openai_kind kind_of_openai(const refusal& why) {
    if (why.status != 0) {
        return kind_of_openai_status(why.status);
    }
    if (why.intake_paused) {
        return kinds::unavailable;
    }
    if (why.forbidden) {
        return kind_of_openai_status(403);
    }
    switch (why.what) {
    case code::queue_full:
        return kinds::too_many;
    case code::banned:
        return rejected;
    case code::no_capability:
        return {400, kinds::invalid, "unsupported_value"};
    case code::failed:
        return broken;
    default:
        return {400, kinds::invalid, "invalid_value"};
    }
}

} // namespace

http::response
openai_error(const openai_kind& kind, std::string_view message, std::string_view param) {
    http::response answer = json_answer(
        kind.status,
        fmt::format(
            R"({{"error":{{"message":{},"type":"{}","param":{},"code":"{}"}}}})",
            json_string(message),
            kind.type,
            param.empty() ? "null" : json_string(param),
            kind.code
        )
    );
    if (kind.status == 429 || kind.status == 503) {
        answer.headers.set("Retry-After", std::to_string(busy_retry_seconds));
    }
    return answer;
}

http::response openai_error(const refusal& why, task::language in) {
    http::response answer = openai_error(kind_of_openai(why), why.why.in(in), why.field);
    mark_refusal(answer, why);
    return answer;
}

openai_kind openai_kind_of(const task::record& failed) {
    using task::fail_code;
    switch (failed.fail_code.value_or(fail_code::backend_refused)) {
    case fail_code::content_rejected:
        return rejected;
    case fail_code::invalid_request:
        return {400, kinds::invalid, "invalid_request"};
    case fail_code::ambiguous_upstream_outcome:
        return {504, kinds::server, kinds::server};
    case fail_code::timeout: // no backend could start it in its time
        return {503, kinds::server, "timeout"};
    case fail_code::budget:
        return no_money;
    case fail_code::cancelled:
        return {409, kinds::invalid, "cancelled"};
    case fail_code::storage_failed:
        return broken;
    case fail_code::no_picture:
    case fail_code::backend_refused:
        break;
    }
    return {502, kinds::server, "upstream_error"};
}

void forbid_retry(http::response& answer) {
    answer.headers.set("x-should-retry", "false");
}

} // namespace imagined::api
